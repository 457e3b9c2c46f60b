const SIGNALS = ["SIGINT", "SIGTERM", "SIGHUP"] as const;

/**
 * Run `stop` when the process is asked to end (Ctrl-C, SIGTERM, a closed terminal), and then end it
 * by that signal, so that its parent sees why. A second signal ends it at once.
 *
 * @returns a function that takes the handlers away again
 */
export function onShutdown(stop: () => Promise<void>): () => void {
  const remove = (): void => {
    for (const signal of SIGNALS) process.off(signal, handle);
  };
  const handle = (signal: NodeJS.Signals): void => {
    remove();
    // A rejection is left to Node: it prints the error and ends the process with status 1.
    void stop().then(() => process.kill(process.pid, signal));
  };
  for (const signal of SIGNALS) process.on(signal, handle);
  return remove;
}
