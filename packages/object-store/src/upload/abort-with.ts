import { setMaxListeners } from "node:events";

/**
 * Aborts the controller as soon as one of the signals is aborted, for the same reason. Not by
 * `AbortSignal.any`, which leaves something of each call in a signal that outlives it.
 *
 * @returns ends that
 */
export function abortWith(
  controller: AbortController,
  signals: readonly (AbortSignal | undefined)[],
): () => void {
  const stops = signals.map((signal) => {
    const abort = (): void => {
      controller.abort(signal?.reason);
    };
    if (signal?.aborted === true) abort();
    // Any number of calls may share one.
    if (signal instanceof EventTarget) setMaxListeners(0, signal);
    signal?.addEventListener("abort", abort, { once: true });
    return () => signal?.removeEventListener("abort", abort);
  });
  return () => {
    for (const stop of stops) stop();
  };
}
