import { type Attributes, type Span, SpanStatusCode, trace } from "@opentelemetry/api";

import { ObjectStoreError, ResourceUnavailableError } from "../errors.js";
import { errorFacts, type ObjectStoreLogger } from "../logger.js";
import { instruments, SCOPE } from "./instruments.js";

/** Attributes recorded for every call. Never an owner, a name, a key, a URL or a message. */
export interface OperationFacts {
  /** In snake case, such as `delete_many`. */
  name: string;
  kind?: "image" | "audio";
  scope?: "user" | "system";
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
