import { type ChildProcess, fork } from "node:child_process";

import { startFailure } from "../../machine-failure.js";
import { watchStep } from "../isolation/watch-worker.js";
import { type LossReason, WorkerLostError } from "../isolation/worker-lost.js";
import { DECODER_ENTRY } from "./decoder-entry.js";
import { ProcessEndedError } from "./process-ended-error.js";
import type { DecodeJob, DecoderReply, DecoderRequest } from "./protocol.js";

/**
 * One process that decodes, an image at a time. A thread would not do: libvips runs native code,
 * which ends with its process only. It keeps this process alive while busy only.
 */
export class DecoderProcess {
  readonly #child: ChildProcess;
  readonly #deadlineMs: number;
  #isReady = false;
  #isLost = false;
  /** Why its module could not be loaded. */
  #fault: unknown;
  /** Takes its next answer. */
  #onAnswer: ((complaint: string | undefined) => void) | undefined;
  /** Fails what it is at. */
  #onEnd: ((failure: unknown) => void) | undefined;

  private constructor(child: ChildProcess, deadlineMs: number) {
    this.#child = child;
    this.#deadlineMs = deadlineMs;
    child.on("message", (reply: DecoderReply) => {
      if ("excess" in reply) this.#lose(reply.excess);
      else if ("failed" in reply) this.#fault = errorOf(reply.failed);
      else this.#onAnswer?.("complaint" in reply ? reply.complaint : undefined);
    });
    child.on("error", (error) => {
      this.#lose("fault", error);
    });
    child.on("exit", (code, signal) => {
      this.#lose("fault", new ProcessEndedError(code, signal, this.#fault));
    });
  }

  /**
   * Starts a process and waits until it can decode. It has as long for that as for an image.
   *
   * @param module what it loads, and decodes with
   * @param signal ends the process, with its reason
   * @throws ResourceUnavailableError (`resource_unavailable`) where it does not start in time
   */
  static async start(
    module: URL,
    deadlineMs: number,
    signal: AbortSignal,
  ): Promise<DecoderProcess> {
    const decoder = new DecoderProcess(forked(module), deadlineMs);
    await decoder.#during(signal, () => decoder.#nextAnswer());
    decoder.#isReady = true;
    return decoder;
  }

  /**
   * Decodes an image and gives the decoder's complaint, or undefined.
   *
   * @param signal ends the process, with its reason
   * @throws WorkerLostError when the image brought the process down
   */
  decode(
    job: DecodeJob,
    chunks: AsyncIterable<Uint8Array>,
    signal: AbortSignal,
  ): Promise<string | undefined> {
    return this.#during(signal, async () => {
      const answer = this.#nextAnswer();
      await this.#send({ job });
      for await (const chunk of chunks) {
        if (this.#isLost) break;
        await this.#send({ chunk });
      }
      return answer;
    });
  }

  get isLost(): boolean {
    return this.#isLost;
  }

  /** Ends the process. What it is at fails. */
  end(failure?: unknown): void {
    this.#isLost = true;
    // One that could not be made has none, and the signal would go to the group of this process.
    if (this.#child.pid !== undefined) this.#child.kill("SIGKILL");
    this.#onEnd?.(failure);
  }

  /** Does work that ends with the process: when it is lost, too slow, or the signal aborts. */
  async #during<Result>(signal: AbortSignal, work: () => Promise<Result>): Promise<Result> {
    const onAbort = (): void => {
      this.end(signal.reason);
    };
    const stopWatch = watchStep({ deadlineMs: this.#deadlineMs, maxGrowthBytes: Infinity }, () => {
      this.#lose("time", new Error(`no answer within ${this.#deadlineMs / 1000} seconds`));
    });
    signal.addEventListener("abort", onAbort);
    this.#hold(true);
    try {
      return await new Promise<Result>((resolve, reject) => {
        this.#onEnd = reject;
        if (signal.aborted) onAbort();
        work().then(resolve, (error: unknown) => {
          // Half an image was sent.
          this.end(error);
        });
      });
    } finally {
      stopWatch();
      signal.removeEventListener("abort", onAbort);
      this.#hold(false);
    }
  }

  #nextAnswer(): Promise<string | undefined> {
    return new Promise((resolve) => {
      this.#onAnswer = resolve;
    });
  }

  #lose(reason: LossReason, cause?: unknown): void {
    this.end(this.#isReady ? new WorkerLostError(reason, true, cause) : startFailure(cause));
  }

  /** Resolves also when the process is gone: `#lose` fails the work then. */
  #send(request: DecoderRequest): Promise<void> {
    return new Promise((resolve) => {
      this.#child.send(request, () => {
        resolve();
      });
    });
  }

  #hold(isBusy: boolean): void {
    if (isBusy) {
      this.#child.ref();
      this.#child.channel?.ref();
    } else {
      this.#child.unref();
      this.#child.channel?.unref();
    }
  }
}

/** @throws ResourceUnavailableError (`resource_unavailable`) */
function forked(module: URL): ChildProcess {
  try {
    return fork(DECODER_ENTRY, [String(process.pid), module.href], {
      // Decoding needs nothing of the application's environment or arguments.
      env: {},
      execArgv: [],
      serialization: "advanced",
      stdio: ["ignore", "ignore", "ignore", "ipc"],
    });
  } catch (error) {
    throw startFailure(error);
  }
}

function errorOf({ code, message }: { code: string | undefined; message: string }): Error {
  return Object.assign(new Error(message), { code });
}
