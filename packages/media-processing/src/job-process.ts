import { type ChildProcess, fork, type StdioOptions } from "node:child_process";
import { existsSync } from "node:fs";
import { fileURLToPath } from "node:url";
import { deserialize } from "node:v8";

import { startDeadline } from "./deadline.js";
import { ProcessingUnavailableError, ProcessLostError } from "./errors.js";
import type { JobBytes, JobName, Jobs } from "./jobs.js";
import { PROCESS_MAIN } from "./process-entry.js";
import { type JobRequest, type ProcessReply, SHARED_FILE } from "./protocol.js";
import { TemporaryFile } from "./temporary-file.js";

/**
 * A child process that runs one job at a time. It is not a thread, because native code can only be
 * stopped together with its process. It keeps the application alive only while it is busy.
 */
export class JobProcess {
  readonly #child: ChildProcess;
  readonly #sharedFile: TemporaryFile;
  readonly #deadlineMs: number;
  #isReady = false;
  #isLost = false;
  /** Why its module could not be loaded. */
  #loadError: unknown;
  #onAnswer: ((answerBytes: number) => void) | undefined;
  #onEnd: ((failure: unknown) => void) | undefined;

  private constructor(child: ChildProcess, sharedFile: TemporaryFile, deadlineMs: number) {
    this.#child = child;
    this.#sharedFile = sharedFile;
    this.#deadlineMs = deadlineMs;
    child.on("message", (reply: ProcessReply) => {
      if ("excess" in reply) this.#lose(reply.excess);
      else if ("failed" in reply) this.#fail(errorWith(...reply.failed));
      else this.#onAnswer?.("answerBytes" in reply ? reply.answerBytes : 0);
    });
    child.on("error", (error) => {
      this.#lose("fault", error);
    });
    child.on("exit", (code, signal) => {
      const end = signal ?? `EXIT_${String(code)}`;
      this.#lose("fault", errorWith(`the process ended: ${end}`, end, this.#loadError));
    });
  }

  /**
   * Starts a process and waits until it is ready.
   *
   * @param module the URL of the module with its jobs
   * @param deadlineMs for the start and for each job
   * @param signal kills the process; the call throws its reason
   * @throws ProcessingUnavailableError (`start`) if it does not start in time, or (`temporary file`)
   */
  static async start(module: URL, deadlineMs: number, signal: AbortSignal): Promise<JobProcess> {
    const sharedFile = await TemporaryFile.open();
    let child: ChildProcess;
    try {
      child = forked(module, sharedFile);
    } catch (error) {
      await sharedFile.close();
      throw error;
    }
    const started = new JobProcess(child, sharedFile, deadlineMs);
    await started.#during(signal, () => started.#nextAnswer());
    started.#isReady = true;
    return started;
  }

  get isLost(): boolean {
    return this.#isLost;
  }

  /**
   * Runs a job.
   *
   * @param signal kills the process; the call throws its reason
   * @throws ProcessLostError if the process exceeds a limit or ends, ProcessingUnavailableError
   *   (`temporary file`)
   */
  run<Name extends JobName>(
    job: JobRequest<Name>,
    bytes: JobBytes,
    signal: AbortSignal,
  ): Promise<Jobs[Name]["answer"]> {
    return this.#during(signal, async () => {
      let position = 0;
      for await (const chunk of bytes.chunks()) {
        if (this.#isLost) break;
        await this.#sharedFile.write(chunk, position);
        position += chunk.byteLength;
      }
      const answerBytes = this.#nextAnswer();
      // If the process is gone, `#lose` rejects the job.
      this.#child.send(job, () => undefined);
      const answer = Buffer.allocUnsafeSlow(await answerBytes);
      await this.#sharedFile.read(answer, 0);
      return deserialize(answer) as Jobs[Name]["answer"];
    });
  }

  /** Kills the process. Its start or job rejects with `failure`. */
  end(failure?: unknown): void {
    if (!this.#isLost) this.#sharedFile.close().catch(() => undefined);
    this.#isLost = true;
    // A process that could not be made has no pid; kill() would signal the application's own group.
    if (this.#child.pid !== undefined) this.#child.kill("SIGKILL");
    this.#onEnd?.(failure);
  }

  /** Runs work that rejects when the process ends, its deadline passes or the signal aborts. */
  async #during<Result>(signal: AbortSignal, work: () => Promise<Result>): Promise<Result> {
    const onAbort = (): void => {
      this.end(signal.reason);
    };
    const stopDeadline = startDeadline(this.#deadlineMs, () => {
      this.#lose("time", new Error(`no answer within ${this.#deadlineMs / 1000} seconds`));
    });
    signal.addEventListener("abort", onAbort);
    this.#keepAlive(true);
    try {
      return await new Promise<Result>((resolve, reject) => {
        this.#onEnd = reject;
        if (signal.aborted) onAbort();
        work().then(resolve, (error: unknown) => {
          this.end(error);
        });
      });
    } finally {
      stopDeadline();
      signal.removeEventListener("abort", onAbort);
      this.#keepAlive(false);
    }
  }

  #nextAnswer(): Promise<number> {
    return new Promise((resolve) => {
      this.#onAnswer = resolve;
    });
  }

  #lose(reason: ProcessLostError["reason"], cause?: unknown): void {
    this.end(
      this.#isReady
        ? new ProcessLostError(reason, cause)
        : new ProcessingUnavailableError("start", cause),
    );
  }

  /** The process could not load its module, or not use the shared file. */
  #fail(error: Error): void {
    if (this.#isReady) this.end(new ProcessingUnavailableError("temporary file", error));
    else this.#loadError = error;
  }

  #keepAlive(isBusy: boolean): void {
    const method = isBusy ? "ref" : "unref";
    this.#child[method]();
    this.#child.channel?.[method]();
  }
}

function forked(module: URL, sharedFile: TemporaryFile): ChildProcess {
  // The process itself could only say that it exited.
  if (!existsSync(PROCESS_MAIN)) throw new ProcessingUnavailableError("start", missing());
  const stdio: StdioOptions = ["ignore", "ignore", "ignore", "ipc"];
  stdio[SHARED_FILE] = sharedFile.fd;
  try {
    return fork(PROCESS_MAIN, [String(process.pid), module.href], {
      // Jobs need nothing of the application's environment and arguments. By default, glibc gives nearly every
      // thread a heap, which keeps what was freed.
      env: { MALLOC_ARENA_MAX: "2" },
      execArgv: [],
      serialization: "advanced",
      stdio,
    });
  } catch (error) {
    throw new ProcessingUnavailableError("start", error);
  }
}

function missing(): Error {
  const path = fileURLToPath(PROCESS_MAIN);
  const message = `${path} is missing. A bundler must leave this package out (as "external").`;
  return errorWith(message, "ERR_MODULE_NOT_FOUND");
}

function errorWith(message: string, code: string | undefined, cause?: unknown): Error {
  return Object.assign(new Error(message, { cause }), { code });
}
