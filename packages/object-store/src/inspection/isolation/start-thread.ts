import { Worker, type WorkerOptions } from "node:worker_threads";

import { startFailure } from "../../machine-failure.js";

/**
 * Starts a thread that knows nothing of the application's environment and arguments.
 *
 * @throws ResourceUnavailableError (`resource_unavailable`) where the system has none to give
 */
export function startThread(entry: URL, options: WorkerOptions): Worker {
  try {
    return new Worker(entry, { ...options, env: {}, argv: [], execArgv: [] });
  } catch (error) {
    throw startFailure(error);
  }
}
