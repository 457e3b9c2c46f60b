import { randomUUID } from "node:crypto";

import {
  CreateBucketCommand,
  PutBucketVersioningCommand,
  PutObjectLegalHoldCommand,
  S3Client,
} from "@aws-sdk/client-s3";
import { afterAll, beforeAll, describe, expect, it } from "@jest/globals";

import { type ListedVersion, type S3Provider } from "../../src/index.js";
import { anyServer } from "../support/any-server.js";
import { all } from "../support/local-s3.js";
import { rejectionOf } from "../support/resources.js";

const { provider, address } = anyServer();
let sdk: S3Client;

beforeAll(() => {
  const { accessKeyId, secretAccessKey, ...server } = address();
  const credentials = { accessKeyId, secretAccessKey };
  sdk = new S3Client({ ...server, credentials, forcePathStyle: true });
});

afterAll(() => {
  sdk.destroy();
});

async function setVersioning(bucket: string, status: "Enabled" | "Suspended"): Promise<void> {
  const VersioningConfiguration = { Status: status };
  await sdk.send(new PutBucketVersioningCommand({ Bucket: bucket, VersioningConfiguration }));
}

async function store(s3: S3Provider, key: string): Promise<void> {
  const body = Buffer.from("bytes");
  await s3.put({ key, body, byteLength: body.byteLength, contentType: "image/png" });
}

async function removeAll(s3: S3Provider): Promise<ListedVersion[]> {
  for (const version of await all(s3.versions.list())) await s3.versions.delete(version);
  return all(s3.versions.list());
}

describe("versions", () => {
  it("are listed with their delete markers and removed, whatever the bucket's versioning was", async () => {
    const bucket = `versions-${randomUUID()}`;
    const s3 = provider({}, bucket);
    await s3.ensureBucket();
    expect(await s3.versions.status()).toBe("off");
    expect(await s3.versions.hasObjectLock()).toBe(false);
    for (const key of ["p/a b+c", "p/plain"]) await store(s3, key);
    await s3.delete("p/gone");
    expect(s3.versions.sawDeleteMarker).toBe(false);

    await setVersioning(bucket, "Enabled");
    expect(await s3.versions.status()).toBe("enabled");
    for (const key of ["p/a b+c", "other"]) await store(s3, key);
    await s3.delete("p/a b+c");
    expect(s3.versions.sawDeleteMarker).toBe(true);
    const listed = await all(s3.versions.list({ prefix: "p/" }));
    expect(
      listed.map(({ key, isDeleteMarker, byteLength }) => [key, isDeleteMarker, byteLength]).sort(),
    ).toEqual([
      ["p/a b+c", false, 5],
      ["p/a b+c", false, 5],
      ["p/a b+c", true, 0],
      ["p/plain", false, 5],
    ]);
    expect(await rejectionOf(s3.head("p/a b+c"))).toMatchObject({ code: "s3_not_found" });

    await setVersioning(bucket, "Suspended");
    expect(await s3.versions.status()).toBe("suspended");
    await s3.deleteMany(["p/plain", "other"]);
    expect(await removeAll(s3)).toEqual([]);
  });

  it("are noticed in the answer to a deletion of many", async () => {
    const bucket = `versions-${randomUUID()}`;
    const s3 = provider({}, bucket);
    await s3.ensureBucket();
    await setVersioning(bucket, "Enabled");
    for (const key of ["a", "b"]) await store(s3, key);
    await s3.deleteMany(["a", "b"]);
    expect(s3.versions.sawDeleteMarker).toBe(true);
    expect(await removeAll(s3)).toEqual([]);
  });

  it("are kept by a legal hold, which is told of each", async () => {
    const bucket = `versions-${randomUUID()}`;
    await sdk.send(new CreateBucketCommand({ Bucket: bucket, ObjectLockEnabledForBucket: true }));
    const s3 = provider({}, bucket);
    expect(await s3.versions.hasObjectLock()).toBe(true);
    await store(s3, "a");
    const [version] = await all(s3.versions.list());
    if (version === undefined) throw new Error("there is no version");
    expect(await s3.versions.lockOf(version)).toBeUndefined();

    const hold = (Status: "ON" | "OFF") =>
      new PutObjectLegalHoldCommand({
        Bucket: bucket,
        Key: "a",
        VersionId: version.versionId,
        LegalHold: { Status },
      });
    await sdk.send(hold("ON"));
    expect(await rejectionOf(s3.versions.delete(version))).toMatchObject({
      code: "s3_access_denied",
    });
    expect(await s3.versions.lockOf(version)).toEqual({ mode: "legal_hold", until: null });
    await sdk.send(hold("OFF"));
    expect(await removeAll(s3)).toEqual([]);
  });
});
