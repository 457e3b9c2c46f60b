import { type ChildProcess, fork } from "node:child_process";

import { InspectionInterruptedError } from "../../errors.js";
import { watchStep } from "../isolation/watch-worker.js";
import { type LossReason, WorkerLostError } from "../isolation/worker-lost.js";
import type { DecodeJob, DecoderReply, DecoderRequest } from "./protocol.js";

interface Waiting {
  resolve: (complaint: string | undefined) => void;
  reject: (error: unknown) => void;
}

/**
 * One process that decodes, an image at a time. A thread would not do: libvips runs native code,
 * which ends with its process only. It keeps this process alive while busy only.
 */
export class DecoderProcess {
  readonly #child: ChildProcess;
  readonly #started: Promise<void>;
  #waiting: Waiting | undefined;
  #excess: LossReason | undefined;
  #isLost = false;

  /** @param onLost hears of its end, whatever the cause */
  constructor(
    entry: URL,
    private readonly deadlineMs: number,
    onLost: () => void,
  ) {
    this.#child = fork(entry, [], {
      // Decoding needs nothing of the application's environment or arguments.
      env: {},
      execArgv: [],
      serialization: "advanced",
      stdio: ["ignore", "ignore", "ignore", "ipc"],
    });
    this.#hold(true);
    this.#started = new Promise((resolve, reject) => {
      this.#child.on("message", (reply: DecoderReply) => {
        if ("ready" in reply) resolve();
        else if ("excess" in reply) this.#excess = reply.excess;
        else this.#waiting?.resolve(reply.complaint);
      });
      this.#child.on("error", (error) => {
        reject(new InspectionInterruptedError(error));
      });
      this.#child.on("exit", () => {
        this.#isLost = true;
        reject(new InspectionInterruptedError());
        this.#waiting?.reject(new WorkerLostError(this.#excess ?? "fault", true));
        onLost();
      });
    });
  }

  /**
   * Decodes an image and gives the decoder's complaint, or undefined.
   *
   * @throws WorkerLostError when the image brought the process down, InspectionInterruptedError when
   *   it cannot start
   */
  async decode(job: DecodeJob, chunks: AsyncIterable<Uint8Array>): Promise<string | undefined> {
    this.#hold(true);
    await this.#started;
    const verdict = new Promise<string | undefined>((resolve, reject) => {
      this.#waiting = { resolve, reject };
    });
    // It may come while chunks are still being sent.
    verdict.catch(() => undefined);
    const stopWatch = watchStep({ deadlineMs: this.deadlineMs, maxGrowthBytes: Infinity }, () => {
      this.#excess = "time";
      this.end();
    });
    try {
      await this.#send({ job });
      for await (const chunk of chunks) await this.#send({ chunk });
      return await verdict;
    } catch (error) {
      // Half an image was sent.
      this.end();
      throw error;
    } finally {
      stopWatch();
      this.#waiting = undefined;
      this.#hold(false);
    }
  }

  end(): void {
    this.#isLost = true;
    this.#child.kill("SIGKILL");
  }

  get isLost(): boolean {
    return this.#isLost;
  }

  /** What a lost process was sent is not missed: its end is told by the verdict. */
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
