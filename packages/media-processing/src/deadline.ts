/** Milliseconds between two ticks. */
const TICK_MS = 20;

/**
 * Calls `onPassed` once a deadline has passed. Time is counted in timer ticks: while the application
 * blocks its main thread, this clock stands still, so that the process is not mistaken for slow.
 *
 * @returns stops the clock
 */
export function startDeadline(ms: number, onPassed: () => void): () => void {
  let ticksLeft = Math.ceil(ms / TICK_MS);
  const timer = setInterval(() => {
    ticksLeft -= 1;
    if (ticksLeft > 0) return;
    clearInterval(timer);
    onPassed();
  }, TICK_MS);
  return () => {
    clearInterval(timer);
  };
}
