import { createHash } from "node:crypto";
import { setTimeout as sleep } from "node:timers/promises";

import { beforeAll, describe, expect, it } from "@jest/globals";
import type { Sample } from "@repo/sample-media";

import type { MediaScope } from "../../src/index.js";
import { sendPost, sendPut } from "../support/direct-http.js";
import { s3WithForms } from "../support/s3-with-forms.js";
import { sampleOf } from "../support/samples.js";
import { storageWith } from "../support/storage-with.js";

const harness = s3WithForms();
let scope: MediaScope;
let png: Sample;
let announced: { filename: string; byteSize: number; contentType: string };

beforeAll(async () => {
  scope = harness().store.forUser(await harness().addUser());
  png = await sampleOf("png");
  announced = { filename: png.name, byteSize: png.bytes.byteLength, contentType: "image/png" };
});

describe("a direct upload by a form", () => {
  it("becomes a file", async () => {
    const direct = await scope.images.createDirectUpload(announced);
    expect(await sendPost(direct.post, png.bytes)).toBe(204);
    const { file } = await scope.images.completeDirectUpload(direct.id);
    expect(file).toMatchObject({ contentType: "image/png", byteSize: announced.byteSize });
    await scope.images.delete(file.id);
  });

  it("is refused by S3 with another size, type or key", async () => {
    const direct = await scope.images.createDirectUpload(announced);
    const { post } = direct;
    const larger = Buffer.concat([png.bytes, Buffer.alloc(1)]);
    expect(await sendPost(post, png.bytes.subarray(1))).toBe(400);
    expect(await sendPost(post, larger)).toBe(400);
    expect(await sendPost(post, png.bytes, { "Content-Type": "text/html" })).toBe(403);
    expect(await sendPost(post, png.bytes, { key: "images/system/mine.png" })).toBe(403);
    expect(await harness().keys()).toEqual([]);
    await scope.images.cancelDirectUpload(direct.id);
  });

  it("is refused by S3 once it has expired", async () => {
    const direct = await scope.images.createDirectUpload(announced, { expiresIn: 1 });
    await sleep(2_100);
    expect(await sendPost(direct.post, png.bytes)).toBe(403);
    expect(await harness().keys()).toEqual([]);
    await scope.images.cancelDirectUpload(direct.id);
  });

  it("is refused by its completion with bytes of another MD5", async () => {
    const md5 = createHash("md5").update("another").digest("base64");
    const direct = await scope.images.createDirectUpload({ ...announced, md5 });
    expect(await sendPost(direct.post, png.bytes)).toBe(204);
    await expect(scope.images.completeDirectUpload(direct.id)).rejects.toMatchObject({
      code: "checksum_mismatch",
    });
  });

  it("is not offered where the server takes no forms", async () => {
    const s3 = storageWith(harness().s3, { presignPost: () => Promise.resolve(undefined) });
    const { images } = harness().storeWith({ s3 }).forSystem();
    const direct = await images.createDirectUpload(announced);
    expect(direct.post).toBeNull();
    expect(await sendPut(direct.put, png.bytes)).toBe(200);
    await images.cancelDirectUpload(direct.id);
  });
});
