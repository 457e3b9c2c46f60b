import {
  DeleteObjectCommand,
  DeleteObjectsCommand,
  type _Error as DeleteEntry,
} from "@aws-sdk/client-s3";

import { deleteEntryToS3Error } from "./error-mapping.js";
import { S3AbortedError, S3Error, S3NotFoundError, S3UnexpectedError } from "./errors.js";
import { type CallOptions } from "./multipart-upload.js";
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
  try {
    await caller.send(new DeleteObjectCommand({ Bucket: caller.bucket, Key: call.key }), call);
  } catch (error) {
    if (!(error instanceof S3NotFoundError)) throw error;
  }
}

/**
 * What DeleteObjects cannot be trusted with: XML 1.0 lacks most control characters, for which a
 * server refuses the whole batch, and turns one line end into another.
 */
const NEEDS_OWN_REQUEST = /^$|[\p{Control}\p{Surrogate}\uFFFE\uFFFF]/u;

export async function deleteObjects(
  caller: S3Caller,
  keys: readonly string[],
  { signal }: CallOptions = {},
): Promise<DeleteManyResult> {
  const result: DeleteManyResult = { deleted: [], failed: [] };
  const collect = async (batch: string[], remove: typeof deleteBatch): Promise<void> => {
    try {
      const { deleted, failed } = await remove(caller, batch, signal);
      result.deleted.push(...deleted);
      result.failed.push(...failed);
    } catch (error) {
      if (!(error instanceof S3Error) || error instanceof S3AbortedError) throw error;
      result.failed.push(...batch.map((key) => ({ key, error })));
    }
  };

  const together: string[] = [];
  const alone: string[] = [];
  for (const key of new Set(keys)) {
    (NEEDS_OWN_REQUEST.test(key) ? alone : together).push(key);
  }
  for (const key of alone) await collect([key], deleteOneByOne);
  for (let start = 0; start < together.length; start += BATCH_SIZE) {
    await collect(together.slice(start, start + BATCH_SIZE), deleteBatch);
  }
  return result;
}

async function deleteOneByOne(
  caller: S3Caller,
  keys: readonly string[],
  signal: AbortSignal | undefined,
): Promise<DeleteManyResult> {
  for (const key of keys) await deleteKey(caller, { operation: "deleteMany", key, signal });
  return { deleted: [...keys], failed: [] };
}

/** Takes a key for deleted only if the answer says so. */
async function deleteBatch(
  caller: S3Caller,
  keys: readonly string[],
  signal: AbortSignal | undefined,
): Promise<DeleteManyResult> {
  const answer = await caller.send(
    new DeleteObjectsCommand({
      Bucket: caller.bucket,
      Delete: { Objects: keys.map((key) => ({ Key: key })) },
    }),
    { operation: "deleteMany", signal },
  );
  const confirmed = new Set(answer.Deleted?.map(({ Key: key }) => key));
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
