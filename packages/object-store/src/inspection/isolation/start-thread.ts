import { Worker, type WorkerOptions } from "node:worker_threads";

import { InspectionInterruptedError } from "../../errors.js";

/**
 * Starts a thread that knows nothing of the application's environment and arguments.
 *
 * @throws InspectionInterruptedError (`inspection_interrupted`) where the system has none to give
 */
export function startThread(entry: URL, options: WorkerOptions): Worker {
  try {
    return new Worker(entry, { ...options, env: {}, argv: [], execArgv: [] });
  } catch (error) {
    throw new InspectionInterruptedError(error);
  }
}
