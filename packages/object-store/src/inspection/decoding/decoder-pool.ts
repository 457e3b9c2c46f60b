import type { IsolationOptions } from "../isolation/isolation-options.js";
import { DEFAULT_ISOLATION } from "../isolation/isolation-options.js";
import { DECODER_ENTRY } from "./decoder-entry.js";
import { DecoderProcess } from "./decoder-process.js";
import type { DecodeJob } from "./protocol.js";

/** Milliseconds after which a process without work ends. */
const IDLE_MS = 10_000;
const MEBIBYTE = 1024 * 1024;

/** Processes that decode images. Each has one image at a time, the others wait for their turn. */
export class DecoderPool {
  readonly #options: Required<IsolationOptions>;
  #idle: DecoderProcess[] = [];
  #busy = 0;
  readonly #queue: (() => void)[] = [];
  #timer: NodeJS.Timeout | undefined;

  /** @param entry the module that the processes run */
  constructor(
    options: IsolationOptions = {},
    private readonly entry: URL = DECODER_ENTRY,
  ) {
    this.#options = { ...DEFAULT_ISOLATION, ...options };
  }

  /**
   * Decodes an image and gives the decoder's complaint, or undefined.
   *
   * @throws WorkerLostError when the image brought its process down
   */
  async decode(
    job: Omit<DecodeJob, "maxBytes">,
    chunks: AsyncIterable<Uint8Array>,
    signal: AbortSignal,
  ): Promise<string | undefined> {
    await this.#turn();
    try {
      signal.throwIfAborted();
      const decoder = this.#takeDecoder();
      const maxBytes = this.#options.maxDecodeMegabytes * MEBIBYTE;
      const complaint = await decoder.decode({ ...job, maxBytes }, chunks);
      if (!decoder.isLost) this.#idle.push(decoder);
      return complaint;
    } finally {
      this.#pass();
    }
  }

  /** Ends the processes without work. */
  end(): void {
    clearTimeout(this.#timer);
    for (const decoder of this.#idle.splice(0)) decoder.end();
  }

  async #turn(): Promise<void> {
    clearTimeout(this.#timer);
    if (this.#busy < this.#options.decoders) {
      this.#busy += 1;
      return;
    }
    await new Promise<void>((resolve) => this.#queue.push(resolve));
  }

  /** Hands the turn on. */
  #pass(): void {
    const next = this.#queue.shift();
    if (next !== undefined) {
      next();
      return;
    }
    this.#busy -= 1;
    if (this.#busy > 0) return;
    clearTimeout(this.#timer);
    this.#timer = setTimeout(() => {
      this.end();
    }, IDLE_MS).unref();
  }

  #takeDecoder(): DecoderProcess {
    const known = this.#idle.pop();
    if (known !== undefined) return known;
    const decoder = new DecoderProcess(this.entry, this.#options.decodeSeconds * 1000, () => {
      this.#idle = this.#idle.filter((each) => each !== decoder);
    });
    return decoder;
  }
}
