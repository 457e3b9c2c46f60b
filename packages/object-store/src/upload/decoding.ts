import { availableParallelism } from "node:os";

import { type ImageFormat, MEDIA_FORMATS, type MediaFormat } from "@repo/media-inspection";
import { type JobBytes, ProcessLostError, ProcessPool, Spool } from "@repo/media-processing";

import { checkInteger } from "../checks.js";
import { InvalidMediaError, VariantFailedError } from "../errors.js";
import { processingFailure } from "../machine-failure.js";
import type { Recipe } from "../rendering/recipes.js";
import { NotRenderedError, type Renderer, type RenderedVariants } from "../rendering/renderer.js";

/** Bounds of the processes that decode images and make variants. */
export interface IsolationOptions {
  /** Processes at most, 1 to 64; 2 by default. They start on demand and end when idle. */
  decoders?: number;
  /**
   * Seconds, 1 to 600, that the decoding of one image may take, and before it the start of a process;
   * 30 by default.
   */
  decodeSeconds?: number;
  /**
   * Mebibytes, 128 to 65,536, of a process that decodes; 1,024 by default. Large WebP, animated and
   * interlaced images need most: up to 4 to 6 bytes a pixel.
   */
  maxDecodeMegabytes?: number;
  /**
   * Processes at most that make variants, 1 to 64; as many as there are cores by default. The bounds of
   * seconds and mebibytes are the same as for decoding, for all variants of a file together.
   */
  renderers?: number;
  /** Files at most, 1 to 10,000, whose variants are made or wait; then `variants_busy`. 100 by default. */
  maxWaiting?: number;
}

export const DEFAULT_ISOLATION: Readonly<Required<Omit<IsolationOptions, "renderers">>> = {
  decoders: 2,
  decodeSeconds: 30,
  maxDecodeMegabytes: 1024,
  maxWaiting: 100,
};

/** The processes of a store, which start on demand. */
export interface Processes {
  decoders: ProcessPool;
  renderers: ProcessPool;
  /** Files at most whose variants are made or wait. */
  maxWaiting: number;
  end(): void;
}

const MAX_PROCESSES = 64;

let shared: Processes | undefined;

/**
 * The processes that decode and render for a store; all stores without `isolation` share them, and a
 * close of one ends none.
 *
 * @throws InvalidInputError (`invalid_input`)
 */
export function processesFor(isolation: IsolationOptions | undefined): Processes {
  if (isolation !== undefined) return processesWith(isolation);
  return (shared ??= { ...processesWith({}), end: () => undefined });
}

function processesWith(options: IsolationOptions): Processes {
  const renderers = Math.min(availableParallelism(), MAX_PROCESSES);
  const given = { ...DEFAULT_ISOLATION, renderers, ...options };
  const check = (name: keyof IsolationOptions, min: number, max: number): number =>
    checkInteger(`isolation.${name}`, given[name], min, max);
  const bounds = {
    seconds: check("decodeSeconds", 1, 600),
    maxMegabytes: check("maxDecodeMegabytes", 128, 65_536),
  };
  const decoders = new ProcessPool({ ...bounds, processes: check("decoders", 1, MAX_PROCESSES) });
  const maxWaiting = check("maxWaiting", 1, 10_000);
  const rendering = new ProcessPool({
    ...bounds,
    processes: check("renderers", 1, MAX_PROCESSES),
    maxWaiting,
  });
  const end = (): void => {
    decoders.end();
    rendering.end();
  };
  return { decoders, renderers: rendering, maxWaiting, end };
}

const LOSSES: Record<ProcessLostError["reason"], string> = {
  time: "it took too long to decode",
  memory: "it needed too much memory to decode",
  fault: "it made the decoder fail",
};

/** Where so many bytes do not show the format, only audio can follow. */
const MAX_UNDECIDED_IMAGE_BYTES = 4096;

/** The variants to make of a body. */
export interface Rendering {
  renderer: Renderer;
  recipes: readonly Recipe[];
}

interface DecodingOptions {
  /** Whether every pixel is decoded; true by default. */
  verifies?: boolean;
  rendering?: Rendering | undefined;
}

/**
 * Decodes an image, or makes its variants, once all of it has passed. What comes in pieces waits on disk
 * meanwhile, as a slow client must not occupy a decoder. Audio is kept only for the variants of its cover.
 */
export class Decoding {
  readonly #closed = new AbortController();
  /** Bytes that came before the format showed. */
  #head: Uint8Array[] = [];
  #undecidedBytes = 0;
  #spool: Promise<Spool> | undefined;
  #isBegun = false;
  /** The whole body, if it came at once. */
  #whole: JobBytes | undefined;

  constructor(
    private readonly decoders: Pick<ProcessPool, "run">,
    private readonly maxPixels: number,
    private readonly options: DecodingOptions = {},
  ) {}

  /** Whether the pixels of images are decoded. */
  get verifies(): boolean {
    return this.options.verifies !== false;
  }

  /** Keeps the next bytes. */
  async keep(chunk: Uint8Array, format: MediaFormat | undefined): Promise<void> {
    this.#isBegun = true;
    if (this.options.rendering !== undefined) return this.#append([chunk]);
    if (format === undefined) {
      this.#undecidedBytes += chunk.byteLength;
      const mayBeImage = this.#undecidedBytes < MAX_UNDECIDED_IMAGE_BYTES;
      this.#head = mayBeImage ? [...this.#head, Uint8Array.from(chunk)] : [];
      return;
    }
    const head = this.#head.splice(0);
    if (MEDIA_FORMATS[format].kind === "image") await this.#append([...head, chunk]);
  }

  /** Takes the last bytes, which must stay as they are: a body that came at once needs no disk. */
  async end(last: Uint8Array, format: MediaFormat): Promise<void> {
    if (this.#isBegun) await this.keep(last, format);
    // Variants are made later, and from bytes that are sent meanwhile.
    else this.#whole ??= inMemory(this.options.rendering ? Uint8Array.from(last) : last);
  }

  async #append(chunks: readonly Uint8Array[]): Promise<void> {
    const { signal } = this.#closed;
    // Once closed, nobody would close the spool.
    signal.throwIfAborted();
    try {
      const spool = await (this.#spool ??= Spool.open());
      for (const bytes of chunks) await spool.append(bytes);
    } catch (error) {
      // Closed meanwhile, the spool fails for that.
      signal.throwIfAborted();
      throw processingFailure(error);
    }
  }

  /**
   * Decodes what was kept of an image, if it is to be verified.
   *
   * @throws InvalidMediaError (`invalid_media`), ResourceUnavailableError (`resource_unavailable`)
   */
  async verify(format: ImageFormat): Promise<void> {
    if (!this.verifies) return;
    const bytes = await this.#kept();
    const name = format.toUpperCase();
    const data = { format, maxPixels: this.maxPixels };
    const { damage } = await this.decoders
      .run("decode", data, bytes, this.#closed.signal)
      .catch((error: unknown) => {
        if (!(error instanceof ProcessLostError)) throw processingFailure(error);
        const message = `The ${name} could not be verified: ${LOSSES[error.reason]}.`;
        throw new InvalidMediaError(message, { cause: error });
      });
    if (damage === undefined) return;
    const message = `The ${name} cannot be decoded: ${damage.summary}.`;
    throw new InvalidMediaError(message, { cause: damage.message });
  }

  /**
   * Makes the variants of what was kept; none of audio without a cover that can be shown.
   *
   * @throws VariantFailedError (`variant_failed`) for an image, VariantsBusyError (`variants_busy`),
   *   ResourceUnavailableError (`resource_unavailable`)
   */
  async render(format: MediaFormat): Promise<RenderedVariants | undefined> {
    const { rendering } = this.options;
    if (rendering === undefined) return undefined;
    const { renderer, recipes } = rendering;
    const options = recipes.map((recipe) => recipe.options);
    try {
      const bytes = await this.#kept();
      const rendered = await renderer.render(format, options, bytes, this.#closed.signal);
      return { ...rendered, recipes };
    } catch (error) {
      if (!(error instanceof NotRenderedError)) throw error;
      if (MEDIA_FORMATS[format].kind === "audio") return undefined;
      const names = recipes.map(({ name }) => name).join(", ");
      throw new VariantFailedError(names, error.message, error);
    }
  }

  async #kept(): Promise<JobBytes> {
    const kept = this.#whole ?? (await this.#spool);
    if (kept === undefined) throw new Error("no byte of the file was kept");
    return kept;
  }

  close(): void {
    this.#closed.abort(new Error("The inspection is closed."));
    this.#spool?.then((spool) => spool.close()).catch(() => undefined);
  }
}

function inMemory(bytes: Uint8Array): JobBytes {
  return {
    byteLength: bytes.byteLength,
    async *chunks() {
      await Promise.resolve();
      yield bytes;
    },
  };
}
