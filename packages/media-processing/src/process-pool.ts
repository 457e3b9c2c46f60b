import { ProcessingBusyError } from "./errors.js";
import { JobProcess } from "./job-process.js";
import type { JobBytes, JobName, Jobs } from "./jobs.js";
import { JOBS_MODULE } from "./process-entry.js";

/** Milliseconds without a job after which the processes end. */
const IDLE_MS = 10_000;
const MEBIBYTE = 1024 * 1024;

export interface ProcessPoolOptions {
  /** Processes at most; 2 by default. */
  processes?: number;
  /** Seconds that a job may take, and the start of a process; 30 by default. */
  seconds?: number;
  /** Mebibytes of memory that a process may use; 1,024 by default. */
  maxMegabytes?: number;
  /** Jobs that may wait for a process; unlimited by default. */
  maxWaiting?: number;
}

/**
 * Runs jobs in child processes, one job at a time in each; further jobs wait in order. Processes start on
 * demand and end when idle.
 */
export class ProcessPool {
  /** Processes at most. */
  readonly processes: number;
  readonly #deadlineMs: number;
  readonly #maxBytes: number;
  readonly #maxWaiting: number;
  readonly #module: URL;
  readonly #idle: JobProcess[] = [];
  #busy = 0;
  /** Starts the waiting jobs, first come, first served. */
  readonly #queue = new Set<() => void>();
  #idleTimer: NodeJS.Timeout | undefined;

  /** @param module the URL of the module that processes load; all jobs by default */
  constructor(
    {
      processes = 2,
      seconds = 30,
      maxMegabytes = 1024,
      maxWaiting = Infinity,
    }: ProcessPoolOptions = {},
    module: URL = JOBS_MODULE,
  ) {
    this.processes = processes;
    this.#deadlineMs = seconds * 1000;
    this.#maxBytes = maxMegabytes * MEBIBYTE;
    this.#maxWaiting = maxWaiting;
    this.#module = module;
  }

  /**
   * Runs a job and returns its answer.
   *
   * @param signal ends the wait or kills the process; the call throws its reason
   * @throws ProcessLostError if the job exceeds a limit or crashes its process,
   *   ProcessingUnavailableError (`start`) if no process can be started, ProcessingBusyError if too many
   *   jobs wait
   */
  async run<Name extends JobName>(
    name: Name,
    data: Jobs[Name]["data"],
    bytes: JobBytes,
    signal: AbortSignal,
  ): Promise<Jobs[Name]["answer"]> {
    await this.#acquire(signal);
    try {
      const child =
        this.#takeIdle() ?? (await JobProcess.start(this.#module, this.#deadlineMs, signal));
      const job = { name, data, byteLength: bytes.byteLength, maxBytes: this.#maxBytes };
      const answer = await child.run(job, bytes, signal);
      this.#idle.push(child);
      return answer;
    } finally {
      this.#release();
    }
  }

  /** Ends the idle processes. */
  end(): void {
    clearTimeout(this.#idleTimer);
    for (const child of this.#idle.splice(0)) child.end();
  }

  async #acquire(signal: AbortSignal): Promise<void> {
    signal.throwIfAborted();
    clearTimeout(this.#idleTimer);
    if (this.#busy < this.processes) {
      this.#busy += 1;
      return;
    }
    if (this.#queue.size >= this.#maxWaiting) throw new ProcessingBusyError(this.#queue.size);
    await new Promise<void>((resolve, reject) => {
      const onAbort = (): void => {
        this.#queue.delete(start);
        reject(signal.reason as Error);
      };
      const start = (): void => {
        signal.removeEventListener("abort", onAbort);
        resolve();
      };
      signal.addEventListener("abort", onAbort);
      this.#queue.add(start);
    });
  }

  /** Starts the next waiting job in place of the one that ended. */
  #release(): void {
    const [next] = this.#queue;
    if (next !== undefined) {
      this.#queue.delete(next);
      next();
      return;
    }
    this.#busy -= 1;
    if (this.#busy > 0) return;
    clearTimeout(this.#idleTimer);
    this.#idleTimer = setTimeout(() => {
      this.end();
    }, IDLE_MS).unref();
  }

  #takeIdle(): JobProcess | undefined {
    for (;;) {
      const child = this.#idle.pop();
      if (child?.isLost !== true) return child;
    }
  }
}
