import { beforeAll, beforeEach, expect, it } from "@jest/globals";
import type { Sample } from "@repo/sample-media";

import type { MediaScope } from "../../src/index.js";
import { faultyS3 } from "../support/faulty-s3.js";
import { sampleOf } from "../support/samples.js";

const { harness, faults } = faultyS3();

let png: Sample;
let scope: MediaScope;

beforeAll(async () => {
  png = await sampleOf("png");
});

beforeEach(async () => {
  scope = harness().store.forUser(await harness().addUser());
});

function refuse(operation: string, status: number, code: string): void {
  faults().add({
    match: (request) => request.operation === operation,
    fault: { type: "error", status, code },
  });
}

it.each([
  [403, "QuotaExceeded", "S3 refused to store the file: it is full."],
  [507, "XMinioStorageFull", "S3 refused to store the file: it is full."],
  [
    301,
    "PermanentRedirect",
    "S3 refused to store the file: the bucket is in another region, or at another endpoint.",
  ],
  [
    400,
    "ExpiredToken",
    "S3 refused to store the file: its credentials or its policy do not allow it.",
  ],
  [404, "NoSuchBucket", "S3 refused to store the file: there is no such bucket."],
])("an upload that is refused by %i %s says why, and makes no file", async (status, code, why) => {
  refuse("PutObject", status, code);

  await expect(scope.images.upload({ body: png.bytes })).rejects.toMatchObject({
    code: "storage_error",
    retryable: false,
    message: why,
  });
  expect(await scope.images.count()).toBe(0);
});

it("a download of an archived object says so", async () => {
  const { file } = await scope.images.upload({ body: png.bytes });
  refuse("GetObject", 403, "InvalidObjectState");

  await expect(scope.images.download(file.id)).rejects.toMatchObject({
    code: "storage_error",
    message: "S3 refused to read the file: the object is archived, and must be restored first.",
  });
});

it("files are deleted one by one where S3 has no DeleteObjects", async () => {
  const uploads = [1, 2, 3].map(() => scope.images.upload({ body: png.bytes }));
  const ids = (await Promise.all(uploads)).map(({ file }) => file.id);
  refuse("DeleteObjects", 501, "NotImplemented");

  expect(await scope.images.deleteMany(ids)).toEqual(ids.map((id) => ({ id, deleted: true })));

  const kept = (await harness().keys()).filter((key) => ids.some((id) => key.includes(id)));
  expect(kept).toEqual([]);
});
