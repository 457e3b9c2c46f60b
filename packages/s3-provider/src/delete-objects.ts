import {
  DeleteObjectCommand,
  DeleteObjectsCommand,
  type _Error as DeleteEntry,
  type S3Client,
} from "@aws-sdk/client-s3";
import { diag } from "@opentelemetry/api";

import { addContentMd5 } from "./content-md5.js";
import { requireEmptyAnswer } from "./empty-answer.js";
import { deleteEntryToS3Error } from "./error-mapping.js";
import { S3AbortedError, S3Error, S3InvalidRequestError, S3UnexpectedError } from "./errors.js";
import { type CallOptions } from "./multipart-upload.js";
import { isNamedAbsent } from "./named-absent.js";
import { type S3Call, type S3Caller } from "./s3-caller.js";

export interface DeleteManyResult {
  /** Keys that no longer exist, those that never did included. */
  deleted: string[];
  /** Keys that may still exist, each with its error. */
  failed: { key: string; error: S3Error }[];
}

/** The most keys that one DeleteObjects request takes (S3 API reference). */
const BATCH_SIZE = 1_000;

export function deleteObject(
  caller: S3Caller,
  key: string,
  { signal }: CallOptions = {},
): Promise<void> {
  return deleteKey(caller, { operation: "delete", key, signal });
}

async function deleteKey(caller: S3Caller, call: S3Call & { key: string }): Promise<void> {
  const command = new DeleteObjectCommand({ Bucket: caller.bucket, Key: call.key });
  requireEmptyAnswer(command, call);
  try {
    const { DeleteMarker } = await caller.send(command, call);
    if (DeleteMarker === true) caller.sawDeleteMarker = true;
  } catch (error) {
    if (!isNamedAbsent(error)) throw error;
  }
}

/**
 * What DeleteObjects cannot be trusted with: XML 1.0 lacks most control characters, for which a
 * server refuses the whole batch, and turns one line end into another.
 */
const NEEDS_OWN_REQUEST = /^$|[\p{Control}\p{Surrogate}\uFFFE\uFFFF]/u;

/** Single deletes that are under way at once. */
const PARALLEL = 8;

/**
 * What a server says that has no DeleteObjects, or one that takes another request than the SDK's.
 * Codes that mean more (an expired token, a timeout) are errors of another class.
 */
const REFUSALS = new Set([400, 405, 411, 501]);

/** Clients whose server refused DeleteObjects and took the same keys one by one. */
const WITHOUT_DELETE_OBJECTS = new WeakSet<S3Client>();

export async function deleteObjects(
  caller: S3Caller,
  keys: readonly string[],
  { signal }: CallOptions = {},
): Promise<DeleteManyResult> {
  const together: string[] = [];
  const alone: string[] = [];
  for (const key of new Set(keys)) {
    (NEEDS_OWN_REQUEST.test(key) ? alone : together).push(key);
  }
  const result = await deleteOneByOne(caller, alone, signal);
  for (let start = 0; start < together.length; start += BATCH_SIZE) {
    const batch = together.slice(start, start + BATCH_SIZE);
    const { deleted, failed } = await deleteBatch(caller, batch, signal);
    result.deleted.push(...deleted);
    result.failed.push(...failed);
  }
  return result;
}

async function deleteBatch(
  caller: S3Caller,
  keys: readonly string[],
  signal: AbortSignal | undefined,
): Promise<DeleteManyResult> {
  if (WITHOUT_DELETE_OBJECTS.has(caller.client)) return deleteOneByOne(caller, keys, signal);
  try {
    return await deleteTogether(caller, keys, signal);
  } catch (cause) {
    const error = requireFailure(cause);
    if (!(error instanceof S3InvalidRequestError) || !REFUSALS.has(error.statusCode ?? 0)) {
      return { deleted: [], failed: keys.map((key) => ({ key, error })) };
    }
    const result = await deleteOneByOne(caller, keys, signal);
    // Otherwise something else may be wrong, such as the name of the bucket.
    if (result.failed.length === 0) {
      WITHOUT_DELETE_OBJECTS.add(caller.client);
      diag.warn(`s3-provider deletes objects one by one from now on: ${error.message}`);
    }
    return result;
  }
}

async function deleteOneByOne(
  caller: S3Caller,
  keys: readonly string[],
  signal: AbortSignal | undefined,
): Promise<DeleteManyResult> {
  const errors = new Map<string, S3Error>();
  const left = keys.values();
  const lane = async (): Promise<void> => {
    for (const key of left) {
      try {
        await deleteKey(caller, { operation: "deleteMany", key, signal });
      } catch (error) {
        errors.set(key, requireFailure(error));
      }
    }
  };
  await Promise.all(Array.from({ length: PARALLEL }, lane));
  return {
    deleted: keys.filter((key) => !errors.has(key)),
    failed: [...errors].map(([key, error]) => ({ key, error })),
  };
}

/** Rethrows what ends the whole call. */
function requireFailure(error: unknown): S3Error {
  if (!(error instanceof S3Error) || error instanceof S3AbortedError) throw error;
  return error;
}

/** Takes a key for deleted only if the answer says so. */
async function deleteTogether(
  caller: S3Caller,
  keys: readonly string[],
  signal: AbortSignal | undefined,
): Promise<DeleteManyResult> {
  const command = new DeleteObjectsCommand({
    Bucket: caller.bucket,
    Delete: { Objects: keys.map((key) => ({ Key: key })) },
  });
  addContentMd5(command);
  const answer = await caller.send(command, { operation: "deleteMany", signal });
  const confirmed = new Set(answer.Deleted?.map(({ Key: key }) => key));
  if (answer.Deleted?.some(({ DeleteMarker }) => DeleteMarker === true) === true) {
    caller.sawDeleteMarker = true;
  }
  const errors = new Map(answer.Errors?.map((entry) => [entry.Key, entry]));
  const result: DeleteManyResult = { deleted: [], failed: [] };
  for (const key of keys) {
    const entry = errors.get(key);
    if (confirmed.has(key) || entry?.Code === "NoSuchKey") result.deleted.push(key);
    else result.failed.push({ key, error: entryError(key, entry) });
  }
  return result;
}

function entryError(key: string, entry: DeleteEntry | undefined): S3Error {
  if (entry) return deleteEntryToS3Error({ key, code: entry.Code, message: entry.Message });
  return new S3UnexpectedError({
    operation: "deleteMany",
    key,
    outcome: "unknown",
    reason: "the answer does not mention it",
  });
}
