import { workerData } from "node:worker_threads";

import { endNow } from "./end-now.js";

const INTERVAL_MS = 1000;

/**
 * A thread that ends this process once its parent is gone. The main thread cannot do it, as it may hang.
 * `workerData` is the parent's pid.
 */
const parentPid = workerData as number;

setInterval(() => {
  // The system gives an orphan another parent.
  if (process.ppid !== parentPid) endNow();
}, INTERVAL_MS);
