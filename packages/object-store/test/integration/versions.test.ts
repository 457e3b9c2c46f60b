import { afterAll, beforeAll, beforeEach, describe, expect, it } from "@jest/globals";
import { type ListedVersion, S3InvalidRequestError, type VersionLock } from "@repo/s3-provider";
import { v7 as uuidv7 } from "uuid";

import { MemoryStorage } from "../../src/testing.js";
import { type Harness, openHarness } from "../support/harness.js";
import { accessDenied, KeptVersions } from "../support/kept-versions.js";
import { sampleOf, uploadSample } from "../support/samples.js";
import { storageWith } from "../support/storage-with.js";
import { addUnfinished } from "../support/unfinished.js";

const KEPT = "the bucket has versioning: deleted files stay as noncurrent versions";

let harness: Harness;
let userId: string;

beforeAll(async () => {
  harness = await openHarness();
});

beforeEach(async () => {
  userId = await harness.addUser();
});

afterAll(async () => {
  await harness.close();
});

const keyOf = (folder: string): string => `${folder}/users/${userId}/${uuidv7()}.png`;

const version = (key: string, versionId = uuidv7()): ListedVersion => ({
  ...{ key, versionId, isDeleteMarker: false, byteLength: 5 },
});

const marker = (key: string): ListedVersion => ({
  ...{ key, versionId: uuidv7(), isDeleteMarker: true, byteLength: 0 },
});

const over = (versions: KeptVersions, warn: (message: string) => void = () => undefined) =>
  harness.maintenanceWith({ s3: storageWith(harness.s3, { versions }), logger: { warn } });

describe("the erasure of a user in a bucket with versioning", () => {
  it("removes versions and delete markers, with a line for each", async () => {
    const [image, kept] = [keyOf("images"), keyOf("quarantine/staging")];
    const others = version(`images/users/${uuidv7()}/${uuidv7()}.png`);
    const given = [version(image), marker(image), version(kept)];
    const versions = new KeptVersions([...given, others]);

    const { complete, versioning, lines } = await over(versions).eraseUser(userId);
    expect({ complete, versioning }).toEqual({ complete: true, versioning: "enabled" });
    expect(versions.left).toEqual([others]);
    const rest = { fileId: null, sha256: null, until: null, retention: null, constraint: null };
    const line = ({ key, versionId, byteLength }: ListedVersion, was: string, kind: string) => ({
      ...{ key, versionId, kind, was, byteSize: byteLength, outcome: "erased", errorCode: null },
      ...rest,
    });
    const [first, second, third] = given as [ListedVersion, ListedVersion, ListedVersion];
    expect(lines).toEqual([
      line(third, "version", "direct_upload"),
      line(first, "version", "image"),
      line(second, "delete_marker", "image"),
    ]);
  });

  it("leaves the versions of a file that stays", async () => {
    const { file } = await uploadSample(harness.store.forUser(userId), await sampleOf("png"));
    const { key: running } = await addUnfinished(harness.database, {
      ...{ purpose: "removal", lease: "5 min", userId },
    });
    const key = `images/users/${userId}/${file.id}.png`;
    const versions = new KeptVersions([version(key), version(running)]);
    const transaction = await harness.database.transaction();
    const lock = `SELECT * FROM images WHERE id = '${file.id}' FOR UPDATE`;
    await harness.database.query(lock, { transaction });
    const { complete } = await over(versions).eraseUser(userId);
    await transaction.rollback();
    expect(complete).toBe(false);
    expect(versions.left.map((each) => each.key)).toEqual([key]);
  });

  it("says why a version stays: missing rights, or Object Lock with its end", async () => {
    const key = keyOf("images");
    const until = new Date("2099-01-02T03:04:05Z");
    const locks: Record<string, VersionLock | undefined> = {
      v1: { mode: "compliance", until },
      v2: { mode: "legal_hold", until: null },
      v3: undefined,
    };
    const versions = new KeptVersions(Object.keys(locks).map((id) => version(key, id)));
    versions.isLocked = () => true;
    versions.lockOf = ({ versionId }) => Promise.resolve(locks[versionId]);

    const { complete, lines } = await over(versions).eraseUser(userId);
    expect(complete).toBe(false);
    expect(
      lines.map(({ versionId, outcome, retention, until: end, errorCode }) => [
        ...[versionId, outcome, retention, end, errorCode],
      ]),
    ).toEqual([
      ["v1", "retained", "compliance", until, null],
      ["v2", "retained", "legal_hold", null, null],
      ["v3", "failed", null, null, "s3_access_denied"],
    ]);

    versions.left = [version(key, "v1")];
    expect(await over(versions).eraseUser(userId)).toMatchObject({
      complete: false,
      lines: [{ outcome: "retained" }],
    });
  });

  it("fails a line when it may not see what retains a version", async () => {
    const versions = new KeptVersions([version(keyOf("images"))]);
    versions.isLocked = () => true;
    versions.lockOf = () => Promise.reject(accessDenied("deleteVersion"));
    expect(await over(versions).eraseUser(userId)).toMatchObject({
      complete: false,
      lines: [{ was: "version", outcome: "failed", errorCode: "s3_access_denied" }],
    });
  });

  it("lists versions where it may not read the bucket's versioning, and is complete then", async () => {
    const versions = new KeptVersions([version(keyOf("audio"))]);
    versions.status = () => Promise.reject(accessDenied("versioning"));
    const warnings: string[] = [];
    const maintenance = over(versions, (message) => warnings.push(message));
    expect(await maintenance.eraseUser(userId)).toMatchObject({
      complete: true,
      versioning: "unknown",
    });
    expect(versions.left).toEqual([]);
    expect(warnings).toEqual(["the bucket's versioning is not known"]);
  });

  it("is not complete where it may neither read the versioning nor list versions", async () => {
    const versions = new KeptVersions([]);
    versions.status = () => Promise.reject(accessDenied("versioning"));
    // oxlint-disable-next-line require-yield -- it fails before
    versions.list = async function* () {
      await Promise.reject(accessDenied("listVersions"));
    };
    const { complete, lines } = await over(versions).eraseUser(userId);
    expect(complete).toBe(false);
    expect(lines.map(({ key, was, errorCode }) => [key, was, errorCode])).toEqual(
      ["staging", "images", "audio", "variants"]
        .flatMap((folder) => [folder, `quarantine/${folder}`])
        .map((folder) => `${folder}/users/${userId}/`)
        .map((prefix) => [prefix, "prefix", "s3_access_denied"]),
    );
  });

  it("asks no more than once in a bucket without, and nothing of a storage without versions", async () => {
    const versions = new KeptVersions([]);
    let asked = 0;
    versions.status = () => {
      asked += 1;
      return Promise.resolve("off");
    };
    expect(await over(versions).eraseUser(userId)).toMatchObject({
      complete: true,
      versioning: "off",
    });
    expect({ asked, listings: versions.listings }).toEqual({ asked: 1, listings: 0 });

    const maintenance = harness.maintenanceWith({ s3: new MemoryStorage() });
    expect(await maintenance.eraseUser(userId)).toMatchObject({
      complete: true,
      versioning: "unknown",
    });
  });

  it("lists versions all the same once a deletion was answered with a delete marker", async () => {
    const versions = new KeptVersions([version(keyOf("images"))]);
    versions.status = () => Promise.resolve("off");
    versions.sawDeleteMarker = true;
    await over(versions).eraseUser(userId);
    expect(versions.left).toEqual([]);
  });

  it("retains nothing by a lock that is over, and sees one behind any refusal", async () => {
    const versions = new KeptVersions([version(keyOf("images"), "v1")]);
    versions.isLocked = () => true;
    versions.lockOf = () => Promise.resolve({ mode: "compliance", until: new Date(0) });
    expect(await over(versions).eraseUser(userId)).toMatchObject({
      lines: [{ outcome: "failed", until: null, errorCode: "s3_access_denied" }],
    });

    versions.refusal = new S3InvalidRequestError({
      ...{ operation: "deleteVersion", reason: "InvalidRequest", outcome: "not_applied" },
    });
    versions.lockOf = () => Promise.resolve({ mode: "legal_hold", until: null });
    expect(await over(versions).eraseUser(userId)).toMatchObject({
      lines: [{ outcome: "retained", retention: "legal_hold", errorCode: null }],
    });
  });
});

describe("the state of a bucket", () => {
  it("is in the reports of usage and audit", async () => {
    const versions = new KeptVersions([]);
    const maintenance = over(versions);
    const facts = { versioning: "enabled", objectLock: "enabled" };
    expect(await maintenance.usage()).toMatchObject(facts);
    expect(await maintenance.audit()).toMatchObject(facts);

    versions.hasObjectLock = () => Promise.reject(accessDenied("versioning"));
    expect(await maintenance.usage()).toMatchObject({ ...facts, objectLock: "unknown" });
    versions.status = () => Promise.reject(accessDenied("versioning"));
    const nothing = { versioning: "unknown", objectLock: "unknown" };
    expect(await maintenance.usage()).toMatchObject(nothing);
    expect(await maintenance.audit()).toMatchObject(nothing);
  });

  it("is off on a server without versions", async () => {
    const facts = { versioning: "off", objectLock: "off" };
    expect(await harness.maintenance.usage()).toMatchObject(facts);
    expect(await harness.maintenance.audit()).toMatchObject(facts);
  });

  it("is logged once, when a deletion was answered with a delete marker", async () => {
    const versions = new KeptVersions([]);
    versions.sawDeleteMarker = true;
    const s3 = storageWith(new MemoryStorage(), { versions });
    const warnings: string[] = [];
    const logger = { warn: (message: string) => void warnings.push(message) };
    const scope = harness.storeWith({ s3, logger }).forUser(userId);
    for (const format of ["png", "gif"] as const) {
      const { file } = await uploadSample(scope, await sampleOf(format));
      await scope.images.delete(file.id);
      expect(warnings).toEqual([KEPT]);
    }
    await harness.maintenanceWith({ s3, logger }).sweep();
    expect(warnings).toEqual([KEPT]);
  });

  it("is logged by a sweep too", async () => {
    const versions = new KeptVersions([]);
    versions.sawDeleteMarker = true;
    const warnings: string[] = [];
    await over(versions, (message) => warnings.push(message)).sweep();
    expect(warnings).toEqual([KEPT]);
  });
});
