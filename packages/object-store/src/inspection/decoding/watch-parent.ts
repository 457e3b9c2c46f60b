import { workerData } from "node:worker_threads";

import { endNow } from "./end-now.js";

/** Milliseconds between two looks at who the parent is. */
const LOOK_MS = 1000;

/**
 * The thread that ends a decoder process once its parent, whose pid it is given, is gone: the main
 * thread may hang, and would not notice.
 */
const parentPid = workerData as number;

setInterval(() => {
  // An orphan is given another parent.
  if (process.ppid !== parentPid) endNow();
}, LOOK_MS);
