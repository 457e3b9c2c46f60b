import { type Counter, type Histogram, type MeterProvider, metrics } from "@opentelemetry/api";

interface Instruments {
  operationDuration: Histogram;
  stageDuration: Histogram;
  uploadSize: Histogram;
  rejections: Counter;
  swept: Counter;
}

/** Name of the tracer and the meter. */
export const SCOPE = "@repo/object-store";

/** Seconds, as the semantic conventions advise for durations. */
const DURATIONS = [0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1, 2.5, 5, 10, 30, 60];
/** Bytes, up to the largest file. */
const SIZES = [1e4, 1e5, 5e5, 1e6, 5e6, 1e7, 2.5e7, 5e7, 1.048_576e8];

const made = new WeakMap<MeterProvider, Instruments>();

/** Those of the meter provider that the application registered last; without one they do nothing. */
export function instruments(): Instruments {
  const provider = metrics.getMeterProvider();
  let known = made.get(provider);
  if (known === undefined) {
    known = make(provider);
    made.set(provider, known);
  }
  return known;
}

function make(provider: MeterProvider): Instruments {
  const meter = provider.getMeter(SCOPE);
  const seconds = { unit: "s", advice: { explicitBucketBoundaries: DURATIONS } };
  return {
    operationDuration: meter.createHistogram("object_store.operation.duration", {
      description: "Duration of calls of the public interface",
      ...seconds,
    }),
    stageDuration: meter.createHistogram("object_store.upload.stage.duration", {
      description: "Duration of the stages of uploads",
      ...seconds,
    }),
    uploadSize: meter.createHistogram("object_store.upload.size", {
      description: "Size of the files that were stored",
      unit: "By",
      advice: { explicitBucketBoundaries: SIZES },
    }),
    rejections: meter.createCounter("object_store.upload.rejections", {
      description: "Uploads that were refused for what they are",
      unit: "{upload}",
    }),
    swept: meter.createCounter("object_store.sweep.files", {
      description: "What sweeps found, by outcome",
      unit: "{file}",
    }),
  };
}
