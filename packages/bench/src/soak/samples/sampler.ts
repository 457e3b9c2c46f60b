import { setTimeout as sleep } from "node:timers/promises";

import type { Tally } from "../load/tally.js";
import type { ClientSockets } from "./client-sockets.js";
import type { DatabaseConnections } from "./database-connections.js";
import { LoopDelay } from "./loop-delay.js";
import type { Sample } from "./sample.js";

/** A picture has no room for more. */
const MOST_SAMPLES = 900;

export interface Sampled {
  readonly tally: Tally;
  readonly database: DatabaseConnections;
  readonly s3: ClientSockets;
}

/** Whole seconds between two samples of a run, so that they are not too many. */
export function sampleInterval(runSeconds: number): number {
  return Math.max(1, Math.ceil(runSeconds / MOST_SAMPLES));
}

/** Samples this process until the signal. A sample that the database does not answer is a failure. */
export async function* samplesOf(
  { tally, database, s3 }: Sampled,
  { intervalSeconds, signal }: { intervalSeconds: number; signal: AbortSignal },
): AsyncGenerator<Sample, void, undefined> {
  const delay = new LoopDelay();
  const start = performance.now();
  let last = { seconds: 0, operations: 0, failures: 0 };
  try {
    for (let due = intervalSeconds; await untilDue(start + 1000 * due, signal);) {
      const seconds = (performance.now() - start) / 1000;
      const { rss, heapUsed, external, arrayBuffers } = process.memoryUsage();
      const { operationCount: operations, failures } = tally;
      const passed = seconds - last.seconds;
      const own = {
        seconds,
        rssBytes: rss,
        heapUsedBytes: heapUsed,
        externalBytes: external,
        arrayBuffersBytes: arrayBuffers,
        delayP50Ms: delay.percentileMs(50),
        delayP99Ms: delay.percentileMs(99),
        s3Sockets: s3.connected,
        operationsPerSecond: (operations - last.operations) / passed,
        failuresPerSecond: (failures - last.failures) / passed,
      };
      delay.reset();
      last = { seconds, operations, failures };
      // Rounded, as a timer may fire a little early; what was missed is left out.
      due = intervalSeconds * (1 + Math.round(seconds / intervalSeconds));
      try {
        yield { ...own, databaseConnections: await database.count() };
      } catch (error) {
        tally.failed("sample", error);
      }
    }
  } finally {
    delay.stop();
  }
}

/** @returns false when the signal came first */
async function untilDue(at: number, signal: AbortSignal): Promise<boolean> {
  try {
    await sleep(Math.max(0, at - performance.now()), undefined, { signal });
    return true;
  } catch {
    return false;
  }
}
