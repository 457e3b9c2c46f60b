import type { Sample } from "../../src/soak/samples/sample.js";

/** A sample with nothing remarkable but what is given. */
export function sampleAt(seconds: number, remarkable: Partial<Sample> = {}): Sample {
  return {
    seconds,
    rssBytes: 300_000_000,
    heapUsedBytes: 50_000_000,
    externalBytes: 100_000_000,
    arrayBuffersBytes: 90_000_000,
    delayP50Ms: 1,
    delayP99Ms: 20,
    databaseConnections: 10,
    s3Sockets: 24,
    operationsPerSecond: 150,
    failuresPerSecond: 0,
    ...remarkable,
  };
}
