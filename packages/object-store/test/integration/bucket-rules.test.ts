import { mkdtemp, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";

import { afterAll, beforeAll, expect, it } from "@jest/globals";
import { S3Provider } from "@repo/s3-provider";
import { sizedMedia } from "@repo/sample-media";

import { fromPath } from "../../src/index.js";
import { injectFaults } from "../../src/testing.js";
import { collect, sha256 } from "../support/bytes.js";
import { type Harness, openHarness } from "../support/harness.js";
import { services } from "../support/services.js";
import { storageWith } from "../support/storage-with.js";

let harness: Harness;
let folder: string;

beforeAll(async () => {
  harness = await openHarness();
  folder = await mkdtemp(join(tmpdir(), "bucket-rules-"));
});
afterAll(async () => {
  await harness.close();
  await rm(folder, { recursive: true, force: true });
});

it("sends a long body in parts to a bucket that demands Content-MD5", async () => {
  const { endpoint, region, ...credentials } = services().s3;
  const s3 = new S3Provider({
    bucket: harness.s3.bucket,
    client: { endpoint, region, credentials, forcePathStyle: true },
    requests: { contentMd5: true },
  });
  const { storage, faults } = injectFaults(s3);
  const { audio } = harness.storeWith({ s3: storage }).forSystem();
  const media = await collect(sizedMedia("wav", 9_000_000));
  const path = join(folder, "long.wav");
  await writeFile(path, media);

  const { file } = await audio.upload({ body: fromPath(path) });
  const { stream } = await audio.download(file.id);

  expect(sha256(await collect(stream))).toBe(sha256(media));
  const made = faults.operations.filter((operation) => /put|Multipart|Part/.test(operation));
  expect(made).toEqual([
    "createMultipartUpload",
    "uploadPart",
    "uploadPart",
    "completeMultipartUpload",
  ]);
  await audio.delete(file.id);
  s3.destroy();
});

it("asks for a digest of a direct upload, and for no parts, before anything is stored", async () => {
  const s3 = storageWith(harness.s3, { needsParts: true });
  const { audio } = harness.storeWith({ s3 }).forSystem();
  const withoutDigest = { byteSize: 20, contentType: "audio/wav" };
  const announced = { ...withoutDigest, md5: "0".repeat(32) };
  const refusals = [
    audio.createDirectUpload(withoutDigest),
    audio.createDirectUpload(announced, { multipart: true }),
    audio.createDirectUpload({ ...announced, byteSize: 20_000_000 }),
  ];
  for (const refusal of refusals) {
    await expect(refusal).rejects.toMatchObject({
      code: "invalid_input",
      message: /give md5, and multipart: false/,
    });
  }
  const { put } = await audio.createDirectUpload(announced);
  expect(put?.headers).toMatchObject({ "content-md5": Buffer.alloc(16).toString("base64") });
});
