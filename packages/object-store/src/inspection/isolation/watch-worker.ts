/** Milliseconds between two looks at a worker that is busy. */
const LOOK_MS = 20;

export interface WorkerBounds {
  deadlineMs: number;
  /** Bytes by which the process may grow meanwhile. */
  maxGrowthBytes: number;
}

/**
 * Calls `onExcess` when a step takes too long or lets the process grow too much. The heap of a
 * worker has a limit of its own, but memory outside it, such as that of buffers, has none.
 *
 * Time is counted in looks: an application that blocks the main thread stops this clock too, and
 * is not taken for a slow parser.
 *
 * @returns ends the watch
 */
export function watchStep(
  { deadlineMs, maxGrowthBytes }: WorkerBounds,
  onExcess: (what: "time" | "memory") => void,
): () => void {
  const maxLooks = Math.ceil(deadlineMs / LOOK_MS);
  let looks = 0;
  let firstSize: number | undefined;
  const timer = setInterval(() => {
    looks += 1;
    const size = process.memoryUsage.rss();
    firstSize ??= size;
    if (looks >= maxLooks) onExcess("time");
    else if (size - firstSize > maxGrowthBytes) onExcess("memory");
  }, LOOK_MS);
  return () => {
    clearInterval(timer);
  };
}
