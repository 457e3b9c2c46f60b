import { type InspectionLimits, resolveLimits } from "../inspection-limits.js";
import type { Inspection, Inspector } from "../inspection.js";
import { IsolatedInspection } from "./isolated-inspection.js";
import { IsolatedWorker, type WorkerSettings } from "./isolated-worker.js";
import { DEFAULT_ISOLATION, type IsolationOptions } from "./isolation-options.js";
import { WORKER_ENTRY } from "./worker-entry.js";

/** Milliseconds after which a worker without work ends. */
const IDLE_MS = 10_000;
const MEBIBYTE = 1024 * 1024;

/**
 * Worker threads that parsers run in, away from the application's thread and memory. Each serves
 * many inspections, a piece of a file at a time, so that a slow client occupies none.
 */
export class InspectionPool {
  readonly #settings: WorkerSettings;
  readonly #maxWorkers: number;
  #workers: IsolatedWorker[] = [];
  #idle: NodeJS.Timeout | undefined;
  #lastId = 0;
  /** Settles once nobody has a worker alone. */
  #trial: Promise<void> = Promise.resolve();

  /** @param entry the module that the workers run */
  constructor(options: IsolationOptions = {}, entry: URL = WORKER_ENTRY) {
    const given = { ...DEFAULT_ISOLATION, ...options };
    this.#maxWorkers = given.workers;
    this.#settings = {
      entry,
      deadlineMs: given.deadlineSeconds * 1000,
      maxHeapBytes: given.maxHeapMegabytes * MEBIBYTE,
      maxGrowthBytes: given.maxGrowthMegabytes * MEBIBYTE,
    };
  }

  /** An inspector with these limits. */
  inspector(limits: Partial<InspectionLimits> = {}): Inspector {
    const resolved = resolveLimits(limits);
    return { open: () => this.#open(resolved) };
  }

  /** Ends the workers; inspections under way fail. */
  async end(): Promise<void> {
    clearTimeout(this.#idle);
    await Promise.all(this.#workers.map((worker) => worker.end()));
  }

  #open(limits: InspectionLimits): Inspection {
    this.#lastId += 1;
    return new IsolatedInspection(this.#lastId, limits, {
      worker: () => this.#leastLoaded(),
      alone: (work) => this.#alone(work),
      released: () => {
        this.#endWhenIdle();
      },
    });
  }

  #leastLoaded(): IsolatedWorker {
    clearTimeout(this.#idle);
    const alive = this.#workers.filter(({ isLost }) => !isLost);
    const [best] = alive.sort((a, b) => a.load - b.load || a.inspections - b.inspections);
    if (best !== undefined && (best.load === 0 || alive.length >= this.#maxWorkers)) return best;
    const worker = new IsolatedWorker(this.#settings, () => {
      this.#workers = this.#workers.filter((each) => each !== worker);
    });
    this.#workers.push(worker);
    return worker;
  }

  /** One at a time, so that hostile files cannot multiply workers. */
  async #alone<Result>(work: (worker: IsolatedWorker) => Promise<Result>): Promise<Result> {
    const before = this.#trial;
    let done = (): void => undefined;
    this.#trial = new Promise((resolve) => {
      done = resolve;
    });
    await before;
    try {
      const worker = new IsolatedWorker(this.#settings, () => undefined);
      try {
        return await work(worker);
      } finally {
        await worker.end();
      }
    } finally {
      done();
    }
  }

  #endWhenIdle(): void {
    clearTimeout(this.#idle);
    if (this.#workers.some(({ inspections }) => inspections > 0)) return;
    this.#idle = setTimeout(() => void this.end(), IDLE_MS).unref();
  }
}
