import { type Counter, type MeterProvider, metrics } from "@opentelemetry/api";

import type { S3Operation } from "./errors.js";

const DESCRIPTIONS = {
  "s3_provider.retries": "Requests to S3 that were repeated after a failed attempt",
  "s3_provider.fallbacks": "Uploads of bytes that had to be left to the middleware of the SDK",
} as const;

type Name = keyof typeof DESCRIPTIONS;

const counters = new WeakMap<MeterProvider, Map<Name, Counter>>();

/** Counts a request for the meter provider that the application registered. */
export function count(name: Name, operation: S3Operation): void {
  const provider = metrics.getMeterProvider();
  const known = counters.get(provider) ?? new Map<Name, Counter>();
  counters.set(provider, known);
  let counter = known.get(name);
  if (counter === undefined) {
    const description = DESCRIPTIONS[name];
    counter = provider
      .getMeter("@repo/s3-provider")
      .createCounter(name, { description, unit: "{request}" });
    known.set(name, counter);
  }
  counter.add(1, { "s3_provider.operation": operation });
}
