/** Milliseconds without use after which memory that is kept for the next bodies is let go. */
const IDLE_MS = 10_000;

/**
 * Has kept memory let go once it was not used for a while.
 *
 * @returns to be called at each use
 */
export function whenIdle(letGo: () => void): () => void {
  let timer: NodeJS.Timeout | undefined;
  return () => {
    timer = timer?.refresh() ?? setTimeout(letGo, IDLE_MS).unref();
  };
}
