import { readdir } from "node:fs/promises";
import { setTimeout as sleep } from "node:timers/promises";

import type { Measurement } from "../messages.js";

/** Collections, with time between them for what they free to be finalized. */
const COLLECTIONS = 3;

/** Looks at this process, which has to run with `--expose-gc`. */
export async function measure(faults: readonly string[]): Promise<Measurement> {
  if (globalThis.gc === undefined) throw new Error("run with --expose-gc");
  for (let turn = 0; turn < COLLECTIONS; turn += 1) {
    globalThis.gc();
    await sleep(20);
  }
  const { heapUsed, external, arrayBuffers, rss } = process.memoryUsage();
  const descriptors = (await readdir("/proc/self/fd")).length;
  return { heapUsed, external, arrayBuffers, rss, descriptors, faults };
}
