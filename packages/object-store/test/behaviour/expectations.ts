import { buffer } from "node:stream/consumers";

import { expect } from "@jest/globals";

import type { AudioRead, FileReads, ImageRead, ObjectStoreErrorCode } from "../../src/index.js";

type Collection = FileReads<ImageRead> | FileReads<AudioRead>;

export async function expectRefusal(
  call: Promise<unknown>,
  code: ObjectStoreErrorCode,
): Promise<void> {
  await expect(call).rejects.toMatchObject({ code });
}

/** The code with which a call is refused, or undefined when it is not. */
export async function codeOf(call: Promise<unknown>): Promise<unknown> {
  return call.then(
    () => undefined,
    (error: unknown) => (error as { code?: unknown }).code,
  );
}

export async function expectBytes(
  collection: Collection,
  id: string,
  bytes: Uint8Array,
): Promise<void> {
  const { stream } = await collection.download(id);
  expect(Buffer.compare(await buffer(stream), bytes)).toBe(0);
}

export async function expectGone(collection: Collection, id: string): Promise<void> {
  expect(await collection.exists(id)).toBe(false);
  await expectRefusal(collection.get(id), "file_not_found");
  await expectRefusal(collection.url(id), "file_not_found");
  await expectRefusal(collection.download(id), "file_not_found");
}
