import assert from "node:assert/strict";

import { memoryObjectStore, MemoryStorage } from "@repo/object-store/testing";

import { beginUpload, finishUpload, sendToS3 } from "./direct-upload.js";

export async function testDirectUpload(picture: File) {
  const s3 = new MemoryStorage();
  const endpoint = await s3.listen();
  const { store } = memoryObjectStore({ s3 });
  const scope = store.forUser("0190f5a0-0000-7000-8000-000000000001");

  const upload = await beginUpload(scope, picture);
  await sendToS3(upload, picture);
  const { url } = await finishUpload(scope, upload.id);
  assert.equal((await (await fetch(url)).blob()).size, picture.size);

  const tooLarge = await beginUpload(scope, picture);
  await assert.rejects(sendToS3(tooLarge, new Blob([picture, "more"])), /answered 403/);
  await endpoint.close();
}
