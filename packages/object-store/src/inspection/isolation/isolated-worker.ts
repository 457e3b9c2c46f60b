import type { Worker } from "node:worker_threads";

import { allocated, startFailure } from "../../machine-failure.js";
import type {
  StepReply,
  StepRequest,
  WorkerReply,
  WorkerRequest,
  WorkerSetup,
} from "./protocol.js";
import { startThread } from "./start-thread.js";
import { StepDroppedError, type StepRunner, WINDOW_BYTES } from "./step-runner.js";
import { watchStep, type WorkerBounds } from "./watch-worker.js";
import { type LossReason, WorkerLostError } from "./worker-lost.js";

export interface WorkerSettings extends WorkerBounds {
  entry: URL;
  /** Bytes of heap with which a worker is replaced after its step. */
  maxHeapBytes: number;
}

interface QueuedStep {
  inspection: number;
  prepare: (window: Buffer) => StepRequest;
  resolve: (reply: StepReply) => void;
  reject: (error: unknown) => void;
}

/** One worker thread, with the steps that wait for it. It keeps the process alive while busy only. */
export class IsolatedWorker implements StepRunner {
  readonly #worker: Worker;
  readonly #settings: WorkerSettings;
  readonly #window: Buffer;
  #queue: QueuedStep[] = [];
  #running: QueuedStep | undefined;
  #stopWatch: (() => void) | undefined;
  #isReady = false;
  #isLost = false;
  #excess: LossReason | undefined;
  inspections = 0;

  /** @throws ResourceUnavailableError (`resource_unavailable`) where no thread can be started */
  constructor(settings: WorkerSettings, onLost: () => void) {
    this.#settings = settings;
    const shared = allocated(() => new SharedArrayBuffer(WINDOW_BYTES));
    this.#window = Buffer.from(shared);
    const setup: WorkerSetup = { window: shared };
    this.#worker = startThread(settings.entry, {
      workerData: setup,
      resourceLimits: {
        maxOldGenerationSizeMb: hardLimitMegabytes(settings),
        stackSizeMb: 4,
        maxYoungGenerationSizeMb: 4,
      },
    });
    this.#worker.unref();
    this.#worker.on("message", (reply: WorkerReply) => {
      if ("ready" in reply) this.#isReady = true;
      else this.#settle(reply, reply.heapBytes);
      this.#next();
    });
    let fault: unknown;
    this.#worker.on("error", (error) => (fault = error));
    this.#worker.on("exit", () => {
      this.#lose(fault);
      onLost();
    });
  }

  get isLost(): boolean {
    return this.#isLost;
  }

  /** Steps that wait or run. */
  get load(): number {
    return this.#queue.length + (this.#running === undefined ? 0 : 1);
  }

  run(inspection: number, prepare: QueuedStep["prepare"]): Promise<StepReply> {
    return new Promise((resolve, reject) => {
      this.#queue.push({ inspection, prepare, resolve, reject });
      this.#worker.ref();
      this.#next();
    });
  }

  forget(inspection: number): void {
    const dropped = this.#queue.filter((step) => step.inspection === inspection);
    this.#queue = this.#queue.filter((step) => step.inspection !== inspection);
    for (const { reject } of dropped) reject(new StepDroppedError());
    if (!this.#isLost) this.#post({ closed: inspection });
  }

  async end(): Promise<void> {
    this.#isLost = true;
    await this.#worker.terminate();
  }

  #next(): void {
    if (!this.#isReady || this.#isLost || this.#running !== undefined) return;
    const step = this.#queue.shift();
    if (step === undefined) {
      this.#worker.unref();
      return;
    }
    this.#running = step;
    this.#stopWatch = watchStep(this.#settings, (what) => {
      this.#excess = what;
      this.#stopWatch?.();
      void this.end();
    });
    this.#post(step.prepare(this.#window));
  }

  #settle(reply: StepReply, heapBytes: number): void {
    this.#stopWatch?.();
    this.#running?.resolve(reply);
    this.#running = undefined;
    if (heapBytes > this.#settings.maxHeapBytes) void this.end();
  }

  #lose(fault: unknown): void {
    this.#isLost = true;
    this.#stopWatch?.();
    const reason = this.#excess ?? (isOutOfMemory(fault) ? "memory" : "fault");
    this.#running?.reject(new WorkerLostError(reason, true, fault));
    this.#running = undefined;
    for (const step of this.#queue.splice(0)) {
      // One that cannot even start must not be tried for ever.
      step.reject(this.#isReady ? new WorkerLostError(reason, false, fault) : startFailure(fault));
    }
  }

  #post(request: WorkerRequest): void {
    this.#worker.postMessage(request);
  }
}

/**
 * V8 may end the whole process when a thread reaches this: what is watched has to be exceeded by far.
 *
 * @see https://nodejs.org/api/worker_threads.html (resourceLimits)
 */
function hardLimitMegabytes({ maxHeapBytes, maxGrowthBytes }: WorkerSettings): number {
  return Math.ceil((maxHeapBytes + 2 * maxGrowthBytes) / (1024 * 1024));
}

function isOutOfMemory(error: unknown): boolean {
  const { code } = (error ?? {}) as { code?: unknown };
  return code === "ERR_WORKER_OUT_OF_MEMORY";
}
