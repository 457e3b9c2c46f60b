import {
  type InspectionLimits,
  type MediaFacts,
  type MediaFormat,
  MediaInspector,
} from "@repo/media-inspection";

import { InvalidMediaError } from "../errors.js";
import type { RenderedVariants } from "../rendering/renderer.js";
import type { Decoding } from "./decoding.js";
import { inSlices } from "./in-slices.js";
import { turnFor } from "./running-hash.js";
import type { Truncation } from "./verification.js";

interface InspectionOptions {
  /** Whether to accept an image that was cut; `accept` by default. */
  truncated?: Truncation;
  /** Called with the facts before anything is decoded; may throw. */
  onFacts?: ((facts: MediaFacts) => void) | undefined;
  /** Decodes images; absent for `metadata`. */
  decoding?: Decoding;
  /**
   * Whether `format` is `mp3` after `maxHeadBytes` of tags, behind which only audio can follow. By
   * default it waits until it is certain.
   */
  guessesFormat?: boolean;
}

/**
 * The inspection of one body while its bytes pass by, on this thread in short slices.
 *
 * What is wrong with the file is thrown as soon as it is certain, and again ever after: EmptyFileError
 * (`empty_file`), UnsupportedMediaTypeError (`unsupported_media_type`), InvalidMediaError
 * (`invalid_media`). `decoding` may throw ResourceUnavailableError (`resource_unavailable`).
 */
export class Inspection {
  readonly #parser: MediaInspector;
  readonly #truncated: Truncation;
  readonly #onFacts: InspectionOptions["onFacts"];
  readonly #decoding: Decoding | undefined;
  #isClosed = false;

  constructor(
    limits: Partial<InspectionLimits>,
    { truncated = "accept", onFacts, decoding, guessesFormat = false }: InspectionOptions = {},
  ) {
    this.#truncated = truncated;
    this.#onFacts = onFacts;
    this.#decoding = decoding;
    this.#parser = new MediaInspector(limits, { waitsForFormat: !guessesFormat });
  }

  /** The format, as far as its beginning tells; undefined while more bytes are needed, behind tags. */
  get format(): MediaFormat | undefined {
    return this.#parser.format;
  }

  /** Whether the verdict may take seconds, so that no request should be left half sent. */
  get decodes(): boolean {
    return this.#decoding?.verifies === true;
  }

  /** Takes the next bytes, which must stay as they are until this resolves. */
  async write(chunk: Uint8Array): Promise<void> {
    await this.#parse(chunk);
    await this.#decoding?.keep(chunk, this.format);
  }

  /** Takes the next bytes, which may change as soon as this returns: what is not read yet is copied. */
  writeNow(chunk: Uint8Array): Promise<void> {
    if (this.#decoding !== undefined) return this.write(Uint8Array.from(chunk));
    const written = this.#untilDone(() => this.#parser.write(chunk));
    this.#parser.release();
    return written;
  }

  /**
   * Ends the file; again, with no bytes, it gives the same.
   *
   * @param last the bytes that come before the end, which must stay as they are until this resolves
   */
  async finish(last: Uint8Array): Promise<MediaFacts> {
    if (last.byteLength > 0) await this.#parse(last);
    await this.#untilDone(() => this.#parser.end());
    const { facts } = this.#parser;
    if (facts === undefined) throw new Error("the inspection did not end with the file");
    if (facts.kind === "image" && !facts.complete && this.#truncated === "refuse") {
      const name = facts.format.toUpperCase();
      throw new InvalidMediaError(`The ${name} ends before its picture does: it was cut.`);
    }
    this.#onFacts?.(facts);
    // Only now the format is sure to be known.
    await this.#decoding?.end(last, facts.format);
    if (facts.kind === "image") await this.#decoding?.verify(facts.format);
    return facts;
  }

  /** Makes the variants of the file, once it has ended; undefined where there are none. */
  async render(): Promise<RenderedVariants | undefined> {
    const { facts } = this.#parser;
    if (facts === undefined) throw new Error("the file has not ended");
    return this.#decoding?.render(facts.format);
  }

  /** Ends it, also while it is under way. */
  close(): void {
    this.#isClosed = true;
    this.#decoding?.close();
  }

  /** Waits until other bodies have done their share of this turn. */
  async #parse(chunk: Uint8Array): Promise<void> {
    await turnFor(0);
    await this.#untilDone(() => this.#parser.write(chunk));
  }

  #untilDone(begin: () => boolean): Promise<void> {
    return inSlices(begin, () => {
      if (this.#isClosed) throw new Error("The inspection is closed.");
      return this.#parser.resume();
    });
  }
}
