import type { IsolationOptions } from "../isolation/isolation-options.js";
import { DEFAULT_ISOLATION } from "../isolation/isolation-options.js";
import { DECODER } from "./decoder-entry.js";
import { DecoderProcess } from "./decoder-process.js";
import type { DecodeJob } from "./protocol.js";

/** Milliseconds after which a process without work ends. */
const IDLE_MS = 10_000;
const MEBIBYTE = 1024 * 1024;

/** Processes that decode images. Each has one image at a time, the others wait for their turn. */
export class DecoderPool {
  readonly #options: Required<IsolationOptions>;
  readonly #idle: DecoderProcess[] = [];
  #busy = 0;
  /** In the order in which they came. */
  readonly #queue = new Set<() => void>();
  #timer: NodeJS.Timeout | undefined;

  /** @param module what the processes load, and decode with */
  constructor(
    options: IsolationOptions = {},
    private readonly module: URL = DECODER,
  ) {
    this.#options = { ...DEFAULT_ISOLATION, ...options };
  }

  /**
   * Decodes an image and gives the decoder's complaint, or undefined.
   *
   * @param signal ends the wait, or the process, at once and with its reason
   * @throws WorkerLostError when the image brought its process down, ResourceUnavailableError
   *   (`resource_unavailable`) when no process can be started
   */
  async decode(
    job: Omit<DecodeJob, "maxBytes">,
    chunks: AsyncIterable<Uint8Array>,
    signal: AbortSignal,
  ): Promise<string | undefined> {
    await this.#turn(signal);
    try {
      const decoder = this.#known() ?? (await this.#started(signal));
      const maxBytes = this.#options.maxDecodeMegabytes * MEBIBYTE;
      const complaint = await decoder.decode({ ...job, maxBytes }, chunks, signal);
      this.#idle.push(decoder);
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

  async #turn(signal: AbortSignal): Promise<void> {
    signal.throwIfAborted();
    clearTimeout(this.#timer);
    if (this.#busy < this.#options.decoders) {
      this.#busy += 1;
      return;
    }
    await new Promise<void>((resolve, reject) => {
      const leave = (): void => {
        this.#queue.delete(enter);
        reject(signal.reason as Error);
      };
      const enter = (): void => {
        signal.removeEventListener("abort", leave);
        resolve();
      };
      signal.addEventListener("abort", leave);
      this.#queue.add(enter);
    });
  }

  /** Hands the turn on. */
  #pass(): void {
    const [next] = this.#queue;
    if (next !== undefined) {
      this.#queue.delete(next);
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

  /** One that has nothing to do. */
  #known(): DecoderProcess | undefined {
    for (;;) {
      const decoder = this.#idle.pop();
      if (decoder?.isLost !== true) return decoder;
    }
  }

  #started(signal: AbortSignal): Promise<DecoderProcess> {
    return DecoderProcess.start(this.module, this.#options.decodeSeconds * 1000, signal);
  }
}
