/** Bounds of the worker threads that read what users send. */
export interface IsolationOptions {
  /** Worker threads at most, 1 to 64; 2 by default. They start on demand and end when idle. */
  workers?: number;
  /**
   * Seconds, 1 to 600, that a parser may take over one piece of at most 256 KiB before its
   * worker is ended; 5 by default. Well-formed files take milliseconds.
   */
  deadlineSeconds?: number;
  /** Mebibytes of JavaScript heap of a worker, 16 to 4,096; 128 by default. */
  maxHeapMegabytes?: number;
  /**
   * Mebibytes, 64 to 65,536, by which the process may grow while a parser is at one piece for longer
   * than a moment; 512 by default.
   */
  maxGrowthMegabytes?: number;
}

export const DEFAULT_ISOLATION: Required<IsolationOptions> = {
  workers: 2,
  deadlineSeconds: 5,
  maxHeapMegabytes: 128,
  maxGrowthMegabytes: 512,
};
