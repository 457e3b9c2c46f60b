import { Worker } from "node:worker_threads";

import type { ProcessReply } from "../protocol.js";
import { endNow } from "./end-now.js";

/**
 * The program of a process. Arguments: the parent's pid and the URL of the module to load. It starts to
 * watch the parent first, as loading the module may hang.
 */
const [, , parentPid, jobs = ""] = process.argv;

new Worker(new URL("./watch-parent.js", import.meta.url), {
  workerData: Number(parentPid),
  resourceLimits: { maxYoungGenerationSizeMb: 2 },
})
  // Without the watch it might outlive its parent.
  .on("error", endNow)
  .unref();

import(jobs).catch((error: unknown) => {
  const { code, message } = error as NodeJS.ErrnoException;
  process.send?.({ failed: [message, code] } satisfies ProcessReply);
  process.exitCode = 1;
});
