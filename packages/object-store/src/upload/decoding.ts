import { type ImageFormat, MEDIA_FORMATS, type MediaFormat } from "@repo/media-inspection";
import { ProcessLostError, ProcessPool, Spool } from "@repo/media-processing";

import { checkInteger } from "../checks.js";
import { InvalidMediaError } from "../errors.js";
import { processingFailure } from "../machine-failure.js";

/** Bounds of the processes that decode images. */
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
}

export const DEFAULT_ISOLATION: Readonly<Required<IsolationOptions>> = {
  decoders: 2,
  decodeSeconds: 30,
  maxDecodeMegabytes: 1024,
};

let shared: ProcessPool | undefined;

/**
 * The processes that decode for a store; all stores without `isolation` share one pool.
 *
 * @throws InvalidInputError (`invalid_input`)
 */
export function decodersFor(isolation: IsolationOptions | undefined): ProcessPool {
  return isolation === undefined ? (shared ??= decodersWith({})) : decodersWith(isolation);
}

/** Ends the processes of a pool that no other store shares. */
export function endDecoders(decoders: ProcessPool): void {
  if (decoders !== shared) decoders.end();
}

function decodersWith(options: IsolationOptions): ProcessPool {
  const { decoders, decodeSeconds, maxDecodeMegabytes } = { ...DEFAULT_ISOLATION, ...options };
  const name = "isolation.maxDecodeMegabytes";
  return new ProcessPool({
    processes: checkInteger("isolation.decoders", decoders, 1, 64),
    seconds: checkInteger("isolation.decodeSeconds", decodeSeconds, 1, 600),
    maxMegabytes: checkInteger(name, maxDecodeMegabytes, 128, 65_536),
  });
}

const LOSSES: Record<ProcessLostError["reason"], string> = {
  time: "it took too long to decode",
  memory: "it needed too much memory to decode",
  fault: "it made the decoder fail",
};

/** Where so many bytes do not show the format, only audio can follow. */
const MAX_UNDECIDED_IMAGE_BYTES = 4096;

/**
 * Decodes an image once all of it has passed. Its bytes wait on disk meanwhile, as a slow client must
 * not occupy a decoder. Audio is not kept.
 */
export class Decoding {
  readonly #closed = new AbortController();
  /** Bytes that came before the format showed. */
  #head: Uint8Array[] = [];
  #undecidedBytes = 0;
  #spool: Promise<Spool> | undefined;

  constructor(
    private readonly decoders: Pick<ProcessPool, "run">,
    private readonly maxPixels: number,
  ) {}

  /** Keeps the next bytes. */
  async keep(chunk: Uint8Array, format: MediaFormat | undefined): Promise<void> {
    if (format === undefined) {
      this.#undecidedBytes += chunk.byteLength;
      const mayBeImage = this.#undecidedBytes < MAX_UNDECIDED_IMAGE_BYTES;
      this.#head = mayBeImage ? [...this.#head, Uint8Array.from(chunk)] : [];
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

  /**
   * Decodes what was kept.
   *
   * @throws InvalidMediaError (`invalid_media`), ResourceUnavailableError (`resource_unavailable`)
   */
  async verify(format: ImageFormat): Promise<void> {
    const spool = await this.#spool;
    if (spool === undefined) throw new Error("no byte of the image was kept");
    const name = format.toUpperCase();
    const data = { format, maxPixels: this.maxPixels };
    const { damage } = await this.decoders
      .run("decode", data, spool, this.#closed.signal)
      .catch((error: unknown) => {
        if (!(error instanceof ProcessLostError)) throw processingFailure(error);
        const message = `The ${name} could not be verified: ${LOSSES[error.reason]}.`;
        throw new InvalidMediaError(message, { cause: error });
      });
    if (damage === undefined) return;
    const message = `The ${name} cannot be decoded: ${damage.summary}.`;
    throw new InvalidMediaError(message, { cause: damage.message });
  }

  close(): void {
    this.#closed.abort(new Error("The inspection is closed."));
    this.#spool?.then((spool) => spool.close()).catch(() => undefined);
  }
}
