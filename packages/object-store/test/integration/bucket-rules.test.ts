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
