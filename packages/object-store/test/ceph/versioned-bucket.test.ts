import { randomUUID } from "node:crypto";

import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, it } from "@jest/globals";
import { type ListedVersion, S3Provider } from "@repo/s3-provider";
import { v7 as uuidv7 } from "uuid";

import type { MediaScope } from "../../src/index.js";
import type { ErasureLine, ObjectStoreMaintenance } from "../../src/maintenance.js";
import { type Harness, openHarness } from "../support/harness.js";
import { sampleOf, uploadSample } from "../support/samples.js";
import { sdkBucket } from "../support/sdk-bucket.js";
import { services } from "../support/services.js";

let harness: Harness;
let s3: S3Provider;
let bucket: ReturnType<typeof sdkBucket>;
let maintenance: ObjectStoreMaintenance;
let warnings: string[];
let userId: string;
let scope: MediaScope;

beforeAll(async () => {
  harness = await openHarness();
});

beforeEach(async () => {
  userId = await harness.addUser();
});

afterEach(async () => {
  await bucket.allowAll();
  bucket.close();
  s3.destroy();
});

afterAll(async () => {
  await harness.close();
});

/** A bucket of its own for a test. */
async function openBucket(versioning: "Enabled" | "Object Lock"): Promise<void> {
  const name = `versioned-${randomUUID()}`;
  const { accessKeyId, secretAccessKey, ...server } = services().s3;
  const credentials = { accessKeyId, secretAccessKey };
  s3 = new S3Provider({
    bucket: name,
    client: { ...server, credentials, forcePathStyle: true },
  });
  bucket = sdkBucket(name);
  if (versioning === "Object Lock") {
    await bucket.createWithLock();
  } else {
    await s3.ensureBucket();
    await bucket.setVersioning(versioning);
  }
  warnings = [];
  const logger = { warn: (message: string) => void warnings.push(message) };
  maintenance = harness.maintenanceWith({ s3, logger });
  scope = harness.storeWith({ s3, logger }).forUser(userId);
}

async function versionsOf(owner: string): Promise<ListedVersion[]> {
  const versions: ListedVersion[] = [];
  for await (const version of s3.versions.list()) {
    if (version.key.includes(owner)) versions.push(version);
  }
  return versions;
}

/** One file, one that was deleted, and an object that an audit quarantined. */
async function storeSome(): Promise<void> {
  const { file } = await uploadSample(scope, await sampleOf("png"));
  await scope.images.delete(file.id);
  await uploadSample(scope, await sampleOf("mp3"));
  const body = Buffer.from("bytes");
  const key = `quarantine/images/users/${userId}/${uuidv7()}.png`;
  await s3.put({ key, body, byteLength: body.byteLength, contentType: "image/png" });
}

const ofVersions = (lines: readonly ErasureLine[]): ErasureLine[] =>
  lines.filter(({ was }) => was === "version" || was === "delete_marker");

describe("an erasure in a bucket with versioning", () => {
  it("leaves no version and no delete marker of the user, and all of others", async () => {
    await openBucket("Enabled");
    await storeSome();
    const other = await harness.addUser();
    await uploadSample(harness.storeWith({ s3 }).forUser(other), await sampleOf("png"));
    expect(await versionsOf(userId)).toHaveLength(4);

    const receipt = await maintenance.eraseUser(userId);
    expect(receipt).toMatchObject({ complete: true, versioning: "enabled" });
    expect(await versionsOf(userId)).toEqual([]);
    // Two more of the file and of the object in the quarantine, which the erasure has deleted.
    const lines = ofVersions(receipt.lines);
    expect(lines.map(({ was }) => was).sort()).toEqual([
      ...["delete_marker", "delete_marker", "delete_marker", "version", "version", "version"],
    ]);
    for (const line of lines) {
      expect(line).toMatchObject({ outcome: "erased", versionId: expect.any(String) });
    }
    expect(await versionsOf(other)).toHaveLength(1);
  });

  it("leaves nothing either where versioning is suspended", async () => {
    await openBucket("Enabled");
    await storeSome();
    await bucket.setVersioning("Suspended");
    await storeSome();

    const receipt = await maintenance.eraseUser(userId);
    expect(receipt).toMatchObject({ complete: true, versioning: "suspended" });
    expect(await versionsOf(userId)).toEqual([]);
  });

  it("says of each version that it may not be removed, and finishes once it may", async () => {
    await openBucket("Enabled");
    await storeSome();
    await bucket.deny("s3:DeleteObjectVersion");

    const denied = await maintenance.eraseUser(userId);
    expect(denied).toMatchObject({ complete: false, versioning: "enabled" });
    const left = await versionsOf(userId);
    expect(left).toHaveLength(6);
    expect(
      ofVersions(denied.lines)
        .map(({ key, versionId, outcome, errorCode }) => ({ key, versionId, outcome, errorCode }))
        .sort((a, b) => ((a.versionId ?? "") < (b.versionId ?? "") ? -1 : 1)),
    ).toEqual(
      left
        .map(({ key, versionId }) => ({
          ...{ key, versionId },
          ...{ outcome: "failed", errorCode: "s3_access_denied" },
        }))
        .sort((a, b) => (a.versionId < b.versionId ? -1 : 1)),
    );

    await bucket.allowAll();
    expect(await maintenance.eraseUser(userId)).toMatchObject({ complete: true });
    expect(await versionsOf(userId)).toEqual([]);
  });

  it("says of which prefixes the versions may not be listed", async () => {
    await openBucket("Enabled");
    await storeSome();
    await bucket.deny("s3:ListBucketVersions");
    const { complete, lines } = await maintenance.eraseUser(userId);
    expect(complete).toBe(false);
    expect(lines.filter(({ was }) => was === "prefix")).toMatchObject(
      ["staging", "images", "audio", "variants"]
        .flatMap((folder) => [folder, `quarantine/${folder}`])
        .map((folder) => `${folder}/users/${userId}/`)
        .map((key) => ({ key, outcome: "failed", errorCode: "s3_access_denied" })),
    );
  });

  it("removes versions also where the bucket's versioning may not be read", async () => {
    await openBucket("Enabled");
    await storeSome();
    await bucket.deny("s3:GetBucketVersioning");
    const receipt = await maintenance.eraseUser(userId);
    expect(receipt).toMatchObject({ complete: true, versioning: "unknown" });
    expect(await versionsOf(userId)).toEqual([]);
    expect(warnings).toContain("the bucket's versioning is not known");
  });

  it("names what Object Lock retains, and until when", async () => {
    await openBucket("Object Lock");
    const { file: held } = await uploadSample(scope, await sampleOf("png"));
    const { file: retained } = await uploadSample(scope, await sampleOf("mp3"));
    await uploadSample(scope, await sampleOf("wav"));
    const before = await versionsOf(userId);
    const versionOf = (id: string): ListedVersion =>
      before.find(({ key }) => key.includes(id)) as ListedVersion;
    const until = new Date(Date.now() + 3_600_000);
    until.setMilliseconds(0);
    await bucket.hold(versionOf(held.id), "ON");
    await bucket.retain(versionOf(retained.id), until);

    const { complete, lines } = await maintenance.eraseUser(userId);
    expect(complete).toBe(false);
    expect(lines.filter(({ outcome }) => outcome === "retained")).toEqual([
      expect.objectContaining({
        ...{ versionId: versionOf(held.id).versionId, was: "version" },
        ...{ retention: "legal_hold", until: null },
      }),
      expect.objectContaining({
        ...{ versionId: versionOf(retained.id).versionId, was: "version" },
        ...{ retention: "governance", until },
      }),
    ]);
    expect(await versionsOf(userId)).toHaveLength(2);
    await bucket.hold(versionOf(held.id), "OFF");
  });
});

describe("a bucket with versioning", () => {
  it("is reported by usage and audit, with its Object Lock", async () => {
    await openBucket("Object Lock");
    const facts = { versioning: "enabled", objectLock: "enabled" };
    expect(await maintenance.usage()).toMatchObject(facts);
    expect(await maintenance.audit()).toMatchObject(facts);
  });

  it("is noticed when files are deleted, and the log is told once", async () => {
    await openBucket("Enabled");
    const one = await uploadSample(scope, await sampleOf("png"));
    await scope.images.delete(one.file.id);
    const many = [await sampleOf("gif"), await sampleOf("webp")];
    const files = await Promise.all(many.map((sample) => uploadSample(scope, sample)));
    await scope.images.deleteMany(files.map(({ file }) => file.id));
    await maintenance.sweep();
    expect(warnings).toEqual([
      "the bucket has versioning: deleted files stay as noncurrent versions",
    ]);
  });
});
