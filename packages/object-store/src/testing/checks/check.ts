import assert from "node:assert/strict";
import type { Readable } from "node:stream";
import { buffer } from "node:stream/consumers";

import { S3Error, type S3ErrorCode } from "@repo/s3-provider";

import type { StorageClient } from "../../upload/storage-client.js";

/** What a check works with. */
export interface CheckedStorage {
  storage: StorageClient;
  /** A key of the check's own; what it stores there is removed after it. */
  key: (name: string) => string;
}

/** One promise of the storage contract. */
export interface Check {
  title: string;
  run: (checked: CheckedStorage) => Promise<void>;
}

export const TEXT = "text/plain";

/** Stores bytes in one piece. */
export function putBytes(storage: StorageClient, key: string, text: string): Promise<unknown> {
  const body = Buffer.from(text);
  return storage.put({ key, body, byteLength: body.byteLength, contentType: TEXT });
}

export async function readText(storage: StorageClient, key: string): Promise<string> {
  return (await readAll((await storage.get(key)).body)).toString();
}

export function readAll(stream: Readable): Promise<Buffer> {
  return buffer(stream);
}

/** @throws AssertionError unless there is no object */
export async function assertAbsent(storage: StorageClient, key: string): Promise<void> {
  await rejectsWith("s3_not_found", async () => {
    const { body } = await storage.get(key);
    body.destroy();
  });
}

/** @throws AssertionError unless the call rejects with an `S3Error` of this code */
export async function rejectsWith(
  code: S3ErrorCode,
  call: () => Promise<unknown>,
): Promise<S3Error> {
  try {
    await call();
  } catch (error) {
    assert.ok(error instanceof S3Error, `expected an S3Error, got ${String(error)}`);
    assert.equal(error.code, code);
    return error;
  }
  assert.fail(`expected a rejection with ${code}, but the call succeeded`);
}
