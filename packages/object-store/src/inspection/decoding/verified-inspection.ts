import { ProcessLostError, type ProcessPool, Spool } from "@repo/media-processing";

import { InvalidMediaError } from "../../errors.js";
import { processingFailure } from "../../machine-failure.js";
import type { Inspection } from "../inspection.js";
import {
  type ImageFacts,
  MEDIA_FORMATS,
  type MediaFacts,
  type MediaFormat,
} from "../media-facts.js";

const EMPTY = new Uint8Array(0);

const LOSSES: Record<ProcessLostError["reason"], string> = {
  time: "it took too long to decode",
  memory: "it needed too much memory to decode",
  fault: "it made the decoder fail",
};

/**
 * Any inspection, followed by the decoding of images. The bytes wait on disk meanwhile, as a slow
 * client must not occupy a decoder. Audio passes unhindered.
 */
export class VerifiedInspection implements Inspection {
  readonly #closed = new AbortController();
  /** Bytes that came before the format showed. */
  #head: Uint8Array[] = [];
  #spool: Promise<Spool> | undefined;

  constructor(
    private readonly inner: Inspection,
    private readonly decoders: Pick<ProcessPool, "run">,
    private readonly maxPixels: number,
  ) {}

  get format(): MediaFormat | undefined {
    return this.inner.format;
  }

  async write(chunk: Uint8Array): Promise<void> {
    await this.inner.write(chunk);
    await this.#keep(chunk, this.format);
  }

  pass(next: Uint8Array): number {
    const { format } = this;
    const isAudio = format !== undefined && MEDIA_FORMATS[format].kind === "audio";
    // The decoder needs every byte of an image.
    return isAudio ? this.inner.pass(next) : 0;
  }

  async finish(last: Uint8Array = EMPTY): Promise<MediaFacts> {
    const facts = await this.inner.finish(last);
    if (facts.kind === "image") {
      await this.#keep(last, facts.format);
      await this.#decode(facts);
    }
    return facts;
  }

  close(): void {
    this.#closed.abort(new Error("The inspection is closed."));
    this.inner.close();
    this.#spool?.then((spool) => spool.close()).catch(() => undefined);
  }

  async #keep(chunk: Uint8Array, format: MediaFormat | undefined): Promise<void> {
    if (format === undefined) {
      this.#head.push(Uint8Array.from(chunk));
      return;
    }
    const head = this.#head.splice(0);
    if (MEDIA_FORMATS[format].kind !== "image") return;
    const { signal } = this.#closed;
    // Once closed, nobody would close the spool.
    signal.throwIfAborted();
    try {
      const spool = await (this.#spool ??= Spool.open());
      for (const bytes of [...head, chunk]) await spool.append(bytes);
    } catch (error) {
      // Closed meanwhile, the spool fails for that.
      signal.throwIfAborted();
      throw processingFailure(error);
    }
  }

  async #decode({ format }: ImageFacts): Promise<void> {
    const spool = await this.#spool;
    if (spool === undefined) throw new Error("no byte of the image was kept");
    const name = format.toUpperCase();
    const data = { format, maxPixels: this.maxPixels };
    const { damage } = await this.decoders
      .run("decode", data, spool, this.#closed.signal)
      .catch((error: unknown) => {
        if (!(error instanceof ProcessLostError)) throw processingFailure(error);
        throw new InvalidMediaError(`The ${name} could not be verified: ${LOSSES[error.reason]}.`, {
          cause: error,
        });
      });
    if (damage !== undefined) {
      throw new InvalidMediaError(`The ${name} cannot be decoded: ${damage.summary}.`, {
        cause: damage.message,
      });
    }
  }
}
