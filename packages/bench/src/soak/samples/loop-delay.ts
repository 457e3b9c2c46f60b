import { type IntervalHistogram, monitorEventLoopDelay } from "node:perf_hooks";

const NANOSECONDS_PER_MS = 1e6;
/** Milliseconds between the timers whose lateness is recorded; part of every recorded value. */
const RESOLUTION_MS = 5;

/** How late the event loop comes to its timers. */
export class LoopDelay {
  readonly #histogram: IntervalHistogram = monitorEventLoopDelay({ resolution: RESOLUTION_MS });

  constructor() {
    this.#histogram.enable();
  }

  /** In milliseconds; 0 before the first timer. */
  percentileMs(percentile: number): number {
    return Math.max(0, this.#histogram.percentile(percentile) / NANOSECONDS_PER_MS - RESOLUTION_MS);
  }

  reset(): void {
    this.#histogram.reset();
  }

  stop(): void {
    this.#histogram.disable();
  }
}
