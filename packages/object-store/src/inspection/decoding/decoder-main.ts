import { Worker } from "node:worker_threads";

import { endNow } from "./end-now.js";
import type { DecoderReply } from "./protocol.js";

/**
 * The start of a decoder process. Its parent is watched before anything is loaded that could hang.
 * Arguments: the parent's pid and the URL of the module to load.
 */
const [, , parentPid, module = ""] = process.argv;

new Worker(new URL("./watch-parent.js", import.meta.url), {
  workerData: Number(parentPid),
  resourceLimits: { maxYoungGenerationSizeMb: 2 },
})
  // Unwatched, it must not go on.
  .on("error", endNow)
  .unref();

try {
  await import(module);
} catch (error) {
  const { code, message } = error as NodeJS.ErrnoException;
  process.send?.({ failed: { code, message } } satisfies DecoderReply);
  process.exitCode = 1;
}
