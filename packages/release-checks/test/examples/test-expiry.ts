import assert from "node:assert/strict";

import { jest } from "@jest/globals";
import { memoryObjectStore, MemoryStorage } from "@repo/object-store/testing";

export async function testExpiry(picture: Blob) {
  jest.useFakeTimers({ doNotFake: ["nextTick", "queueMicrotask", "setImmediate"] });
  const s3 = new MemoryStorage();
  const endpoint = await s3.listen();
  const { store } = memoryObjectStore({ s3 });
  const { images } = store.forUser("0190f5a0-0000-7000-8000-000000000001");

  const { file } = await images.upload({ body: picture });
  const { url } = await images.url(file.id, { expiresIn: 300 });
  assert.equal((await fetch(url)).status, 200);
  jest.advanceTimersByTime(301_000);
  assert.equal((await fetch(url)).status, 403);
  await endpoint.close();
  jest.useRealTimers();
}
