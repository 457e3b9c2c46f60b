import { type Counter, type MeterProvider, metrics } from "@opentelemetry/api";

import type { S3Operation } from "./errors.js";

const counters = new WeakMap<MeterProvider, Counter>();

/** Counts a request that was sent once more; for the meter provider that the application registered. */
export function countRetry(operation: S3Operation): void {
  const provider = metrics.getMeterProvider();
  let counter = counters.get(provider);
  if (counter === undefined) {
    counter = provider.getMeter("@repo/s3-provider").createCounter("s3_provider.retries", {
      description: "Requests to S3 that were repeated after a failed attempt",
      unit: "{request}",
    });
    counters.set(provider, counter);
  }
  counter.add(1, { "s3_provider.operation": operation });
}
