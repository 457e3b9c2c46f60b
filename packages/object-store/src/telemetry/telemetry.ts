import {
  type Attributes,
  type Counter,
  type Histogram,
  type MeterProvider,
  metrics,
  type Span,
  SpanStatusCode,
  trace,
} from "@opentelemetry/api";

import { ObjectStoreError, ResourceUnavailableError } from "../errors.js";
import { errorFacts, type ObjectStoreLogger } from "../logger.js";

interface Instruments {
  operationDuration: Histogram;
  stageDuration: Histogram;
  uploadSize: Histogram;
  rejections: Counter;
  swept: Counter;
  eventLag: Histogram;
}

/** Name of the tracer and the meter. */
const SCOPE = "@repo/object-store";

/** Seconds, as the semantic conventions advise for durations. */
const DURATIONS = [0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1, 2.5, 5, 10, 30, 60];
/** Seconds, up to a day. */
const LAGS = [0.05, 0.1, 0.5, 1, 2.5, 5, 10, 30, 60, 300, 900, 3_600, 21_600, 86_400];
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
    eventLag: meter.createHistogram("object_store.event.lag", {
      description: "Time from an event to an attempt to handle it",
      unit: "s",
      advice: { explicitBucketBoundaries: LAGS },
    }),
  };
}

/** Attributes recorded for every call. Never an owner, a name, a key, a URL or a message. */
export interface OperationFacts {
  /** In snake case, such as `delete_many`. */
  name: string;
  kind?: "image" | "audio";
  scope?: "user" | "system" | "application";
}

/** Runs a call of the public interface in a span of its own, measures it and logs its end. */
export async function observed<Result>(
  { name, kind, scope }: OperationFacts,
  logger: ObjectStoreLogger,
  work: (span: Span) => Promise<Result>,
): Promise<Result> {
  const attributes: Attributes = {
    "object_store.operation.name": name,
    ...(kind && { "object_store.media.kind": kind }),
    ...(scope && { "object_store.scope": scope }),
  };
  const told = async (span: Span): Promise<Result> => {
    try {
      return await work(span);
    } catch (error) {
      if (error instanceof ResourceUnavailableError) warnOf(error, name, logger);
      throw error;
    }
  };
  return spanned(`object_store.${name}`, attributes, told, (seconds, errorType) => {
    const failure = errorType === undefined ? {} : { "error.type": errorType };
    instruments().operationDuration.record(seconds, { ...attributes, ...failure });
    const facts = { operation: name, kind, scope, seconds, code: errorType };
    logger.debug?.(errorType === undefined ? "a call ended" : "a call failed", facts);
  });
}

/** What the machine lacks concerns its operator, whatever the caller makes of it. */
function warnOf(
  { resource, cause }: ResourceUnavailableError,
  operation: string,
  logger: ObjectStoreLogger,
): void {
  logger.warn("the machine lacks a resource", { operation, resource, ...errorFacts(cause) });
}

/** Runs one stage of an upload. */
export async function stage<Result>(name: string, work: () => Promise<Result>): Promise<Result> {
  const attributes = { "object_store.upload.stage": name };
  return spanned(`object_store.upload.${name}`, attributes, work, (seconds, errorType) => {
    const failure = errorType === undefined ? {} : { "error.type": errorType };
    instruments().stageDuration.record(seconds, { ...attributes, ...failure });
  });
}

async function spanned<Result>(
  name: string,
  attributes: Attributes,
  work: (span: Span) => Promise<Result>,
  ended: (seconds: number, errorType: string | undefined) => void,
): Promise<Result> {
  return trace.getTracer(SCOPE).startActiveSpan(name, { attributes }, async (span) => {
    const startedAt = performance.now();
    let errorType: string | undefined;
    try {
      return await work(span);
    } catch (error) {
      errorType = errorTypeOf(error);
      // No exception event: the message of a foreign error may quote a key or a statement.
      span.setAttribute("error.type", errorType);
      span.setStatus({ code: SpanStatusCode.ERROR });
      throw error;
    } finally {
      span.end();
      ended((performance.now() - startedAt) / 1000, errorType);
    }
  });
}

function errorTypeOf(error: unknown): string {
  if (error instanceof ObjectStoreError) return error.code;
  return error instanceof Error ? error.name : "_OTHER";
}

/** Measures an attempt to handle an event. */
export function toldEvent(type: string, lagSeconds: number, hasFailed: boolean): void {
  const outcome = hasFailed ? "failed" : "handled";
  const attributes = { "object_store.event.type": type, "object_store.event.outcome": outcome };
  instruments().eventLag.record(lagSeconds, attributes);
}

interface UploadedFile {
  file: { id: string; contentType: string; byteSize: number };
}

/** Counts the outcome of an upload, and adds the file's facts to its span. */
export async function countedUpload<Result extends UploadedFile>(
  kind: "image" | "audio",
  span: Span,
  upload: Promise<Result>,
): Promise<Result> {
  const attributes = { "object_store.media.kind": kind };
  try {
    const result = await upload;
    const { id, contentType, byteSize } = result.file;
    span.setAttributes({
      "object_store.file.id": id,
      "object_store.file.content_type": contentType,
      "object_store.file.size": byteSize,
    });
    instruments().uploadSize.record(byteSize, {
      ...attributes,
      "object_store.file.content_type": contentType,
    });
    return result;
  } catch (error) {
    if (error instanceof ObjectStoreError && error.category === "content") {
      instruments().rejections.add(1, { ...attributes, "error.type": error.code });
    }
    throw error;
  }
}
