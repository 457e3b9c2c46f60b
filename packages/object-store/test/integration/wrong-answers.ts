import { mkdtemp, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";

import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, it } from "@jest/globals";
import { type LocalS3, startLocalS3 } from "@repo/local-s3";
import { type Sample, sizedMedia } from "@repo/sample-media";
import { v7 as uuidv7 } from "uuid";

import { type DirectUpload, type MediaScope, ObjectStoreError } from "../../src/index.js";
import type { ObjectStoreMaintenance } from "../../src/maintenance.js";
import { agedStorage } from "../support/aged-storage.js";
import { collect, pieces, sha256 } from "../support/bytes.js";
import { sendParts, sendPut } from "../support/direct-http.js";
import { type Harness, openHarness } from "../support/harness.js";
import { type Answer, ReplacingProxy } from "../support/replacing-proxy.js";
import { sampleOf } from "../support/samples.js";
import { addUnfinished } from "../support/unfinished.js";

const CREDENTIALS = { accessKeyId: "replaced", secretAccessKey: "replaced-secret" };

const XML = { "content-type": "application/xml" };
const NOTHING: Answer = { headers: {}, body: "" };
const ERROR: Answer = {
  headers: XML,
  body: "\n<Error><Code>InternalError</Code><Message>Try again</Message></Error>\n",
};
const OTHER: Answer = {
  headers: XML,
  body: "<ListAllMyBucketsResult><Buckets></Buckets></ListAllMyBucketsResult>",
};
/** Of a network that wants a sign-in; such servers give ETags and dates as well. */
const PAGE: Answer = {
  headers: {
    "content-type": "text/html",
    etag: '"5f3c8e1a-39"',
    "last-modified": "Wed, 21 Oct 2015 07:28:00 GMT",
  },
  body: "<html><body><p>Sign in to this network</p></body></html>",
};

const ANSWERS: [string, Answer][] = [
  ["nothing", NOTHING],
  ["an error behind a line break", ERROR],
  ["another document", OTHER],
  ["a web page", PAGE],
];
/** Where the answer of S3 has no document. */
const WITHOUT_DOCUMENT = ANSWERS.filter(([, answer]) => answer === NOTHING || answer === PAGE);
/** To a deletion nothing is said by nothing. */
const ONLY_PAGE = ANSWERS.filter(([, answer]) => answer === PAGE);

let folder: string;
let server: LocalS3;
let proxy: ReplacingProxy;
let harness: Harness;
let png: Sample;
let wav: Buffer;
let userId: string;
let scope: MediaScope;
/** Takes every object for old. */
let maintenance: ObjectStoreMaintenance;

/** What came of a call: its value, or its typed error. */
type Outcome = { value: unknown } | { error: ObjectStoreError };

interface Scene {
  title: string;
  /** Whose answers are replaced. */
  operation: string;
  /** For what the call does better without. */
  isUnused?: true;
  answers: [string, Answer][];
  /** Brings about what the call needs, and gives the call. */
  prepare: () => Promise<() => Promise<unknown>>;
  /** Looks at what is left once S3 answers again. */
  check: (outcome: Outcome, isCarriedOut: boolean) => Promise<void>;
}

/** Makes a call whose requests to S3 get a wrong answer. */
async function meetAnswer(
  { operation, prepare, isUnused }: Scene,
  answer: Answer,
  isCarriedOut: boolean,
): Promise<Outcome> {
  const call = await prepare();
  proxy.replaced = 0;
  proxy.replacement = { operation, answer, isCarriedOut };
  try {
    return { value: await call() };
  } catch (error) {
    if (!(error instanceof ObjectStoreError)) throw error;
    return { error };
  } finally {
    proxy.replacement = undefined;
    if (!isUnused) expect(proxy.replaced).toBeGreaterThan(0);
  }
}

/** Every file can be read, and has the bytes that were stored. */
async function expectSoundFiles(): Promise<void> {
  const report = await harness.maintenance.verify();
  expect(report).toMatchObject({ corrupt: 0, unreadable: 0, cursor: null });
}

function expectUnavailable(outcome: Outcome): void {
  expect(outcome).toMatchObject({ error: { code: "storage_unavailable", retryable: true } });
}

/** No file, and a sweep leaves neither objects nor parts nor rows. */
async function expectNoFile(outcome: Outcome): Promise<void> {
  expectUnavailable(outcome);
  expect(await scope.images.count()).toBe(0);
  expect(await scope.audio.count()).toBe(0);
  await harness.database.query(
    "UPDATE object_store_journal SET lease_expires_at = now(), settled_at = now()",
  );
  expect(await maintenance.sweep()).toMatchObject({ failed: 0 });
  expect(await harness.stored()).toMatchObject({ rows: [], objects: [], multipartUploads: [] });
}

const uploads: Scene[] = [
  {
    title: "an upload",
    operation: "PutObject",
    answers: WITHOUT_DOCUMENT,
    prepare: () => Promise.resolve(() => scope.images.upload({ body: png.bytes })),
    check: expectNoFile,
  },
  {
    title: "an upload of a stream",
    operation: "PutObject",
    answers: WITHOUT_DOCUMENT,
    prepare: () => Promise.resolve(() => scope.audio.upload({ body: new Blob([wav]) })),
    check: expectNoFile,
  },
  {
    title: "an upload in parts",
    operation: "CreateMultipartUpload",
    answers: ANSWERS,
    prepare: () => Promise.resolve(() => scope.audio.upload({ body: pieces(wav, 100_000) })),
    check: expectNoFile,
  },
  {
    title: "an upload in parts",
    operation: "UploadPart",
    answers: WITHOUT_DOCUMENT,
    prepare: () => Promise.resolve(() => scope.audio.upload({ body: pieces(wav, 100_000) })),
    check: expectNoFile,
  },
  {
    title: "an upload in parts",
    operation: "CompleteMultipartUpload",
    answers: ANSWERS,
    prepare: () => Promise.resolve(() => scope.audio.upload({ body: pieces(wav, 100_000) })),
    async check(outcome, isCarriedOut) {
      if (!isCarriedOut) return expectNoFile(outcome);
      expect(outcome).toMatchObject({ value: { file: { sha256: sha256(wav) } } });
      expect(await scope.audio.count()).toBe(1);
    },
  },
];

let direct: DirectUpload;

async function stage(multipart: boolean): Promise<() => Promise<unknown>> {
  const { byteLength: byteSize } = png.bytes;
  const input = { byteSize, contentType: "image/png" };
  direct = await scope.images.createDirectUpload(input, { multipart });
  if (multipart) await sendParts(direct.parts, png.bytes);
  else await sendPut(direct.put, png.bytes);
  return () => scope.images.completeDirectUpload(direct.id);
}

/** The direct upload is a file, or can become one when S3 answers again. */
async function expectDirectUpload(outcome: Outcome): Promise<void> {
  if ("error" in outcome) {
    expectUnavailable(outcome);
    expect(await scope.images.count()).toBe(0);
    expect(await scope.images.directUpload(direct.id)).toMatchObject({ status: "open" });
  }
  const { file } = await scope.images.completeDirectUpload(direct.id);
  expect(file.sha256).toBe(sha256(png.bytes));
  expect(await scope.images.count()).toBe(1);
}

/** The same, and it is no file yet. */
async function expectOpenUpload(outcome: Outcome): Promise<void> {
  expectUnavailable(outcome);
  await expectDirectUpload(outcome);
}

const directUploads: Scene[] = [
  {
    title: "the completion of a direct upload",
    operation: "GetObject",
    answers: ANSWERS,
    prepare: () => stage(false),
    check: expectOpenUpload,
  },
  {
    title: "the completion of a direct upload",
    operation: "HeadObject",
    isUnused: true,
    answers: ANSWERS,
    prepare: () => stage(false),
    check: expectDirectUpload,
  },
  {
    title: "the completion of a direct upload",
    operation: "CopyObject",
    answers: ANSWERS,
    prepare: () => stage(false),
    check: (outcome, isCarriedOut) =>
      isCarriedOut ? expectDirectUpload(outcome) : expectOpenUpload(outcome),
  },
  {
    title: "the completion of a direct upload",
    operation: "DeleteObject",
    answers: ONLY_PAGE,
    prepare: () => stage(false),
    check: expectDirectUpload,
  },
  {
    title: "the creation of a direct upload in parts",
    operation: "CreateMultipartUpload",
    answers: ANSWERS,
    prepare: () => Promise.resolve(() => stage(true)),
    async check(outcome) {
      await harness.database.query("UPDATE direct_uploads SET lease_expires_at = now()");
      await expectNoFile(outcome);
    },
  },
  {
    title: "the completion of a direct upload in parts",
    operation: "ListParts",
    answers: ANSWERS,
    prepare: () => stage(true),
    check: expectOpenUpload,
  },
  {
    title: "the completion of a direct upload in parts",
    operation: "CompleteMultipartUpload",
    answers: ANSWERS,
    prepare: () => stage(true),
    async check(outcome, isCarriedOut) {
      if (!isCarriedOut) return expectOpenUpload(outcome);
      expect(outcome).toMatchObject({ value: { file: { sha256: sha256(png.bytes) } } });
      await expectDirectUpload(outcome);
    },
  },
];

let orphan: string;

async function storeOrphan(): Promise<void> {
  orphan = `images/users/${userId}/${uuidv7()}.png`;
  const { bytes: body } = png;
  await harness.s3.put({
    key: orphan,
    body,
    byteLength: body.byteLength,
    contentType: "image/png",
  });
}

async function uploadFiles(): Promise<string[]> {
  const files = [];
  for (let count = 0; count < 2; count += 1) {
    files.push(await scope.images.upload({ body: png.bytes }));
  }
  return files.map(({ file }) => file.id);
}

/** The orphan is where it was, or in the quarantine. */
async function expectOrphan(): Promise<void> {
  const keys = (await harness.keys()).filter((key) => key.endsWith(orphan));
  const found = await Promise.all(
    keys.map(async (key) => sha256(await collect((await harness.s3.get(key)).body))),
  );
  expect(new Set(found)).toEqual(new Set([sha256(png.bytes)]));
}

/** Files without objects, in the quarantine as JSON if they have no row any more. */
async function expectRowKept(): Promise<void> {
  const rows = (await harness.rows()).filter(({ state }) => state === "file");
  const quarantined = (await harness.keys()).filter((key) => key.endsWith(".json"));
  expect(rows.length + quarantined.length).toBeGreaterThanOrEqual(1);
  expect(await scope.images.count()).toBe(rows.length);
}

async function prepareAudit(): Promise<() => Promise<unknown>> {
  await uploadFiles();
  await storeOrphan();
  return () => maintenance.audit({ fix: true });
}

async function prepareMissing(): Promise<() => Promise<unknown>> {
  await scope.images.upload({ body: png.bytes });
  await harness.s3.deleteMany(await harness.keys());
  return () => maintenance.audit({ fix: true });
}

const audits: Scene[] = [
  {
    title: "an audit",
    operation: "ListObjectsV2",
    answers: ANSWERS,
    prepare: prepareAudit,
    async check(outcome) {
      expectUnavailable(outcome);
      expect(await scope.images.count()).toBe(2);
      await expectSoundFiles();
      await expectOrphan();
    },
  },
  {
    title: "an audit that quarantines an object",
    operation: "CopyObject",
    answers: ANSWERS,
    prepare: prepareAudit,
    async check(outcome, isCarriedOut) {
      expect(outcome).toMatchObject({ value: { orphans: 1, missingObjects: 0 } });
      if (!isCarriedOut) expect(outcome).toMatchObject({ value: { fixed: 0, notFixed: 1 } });
      await expectSoundFiles();
      await expectOrphan();
    },
  },
  {
    title: "an audit that quarantines an object",
    operation: "DeleteObject",
    answers: ONLY_PAGE,
    prepare: prepareAudit,
    async check(outcome) {
      expect(outcome).toMatchObject({ value: { orphans: 1, fixed: 0, notFixed: 1 } });
      await expectOrphan();
    },
  },
  {
    title: "an audit that quarantines an object",
    operation: "HeadObject",
    answers: ANSWERS,
    prepare: prepareAudit,
    async check() {
      await expectSoundFiles();
      await expectOrphan();
    },
  },
  {
    title: "an audit that quarantines a row",
    operation: "PutObject",
    answers: WITHOUT_DOCUMENT,
    prepare: prepareMissing,
    async check(outcome) {
      expect(outcome).toMatchObject({ value: { missingObjects: 1, fixed: 0, notFixed: 1 } });
      await expectRowKept();
      expect(await scope.images.count()).toBe(1);
    },
  },
  {
    title: "a verification",
    operation: "GetObject",
    answers: ANSWERS,
    async prepare() {
      await uploadFiles();
      return () => maintenance.verify();
    },
    async check(outcome) {
      expect(outcome).toMatchObject({ value: { files: 2, corrupt: 0, unreadable: 2 } });
      await expectSoundFiles();
    },
  },
];

const removals: Scene[] = [
  {
    title: "a deletion",
    operation: "DeleteObject",
    answers: ONLY_PAGE,
    async prepare() {
      const [id = ""] = await uploadFiles();
      return () => scope.images.delete(id);
    },
    async check(outcome) {
      expectUnavailable(outcome);
      expect(await scope.images.count()).toBe(1);
      await expectSoundFiles();
      await expectSweptTo(1);
    },
  },
  {
    title: "a deletion of many",
    operation: "DeleteObjects",
    answers: ANSWERS,
    async prepare() {
      const ids = await uploadFiles();
      return () => scope.images.deleteMany(ids);
    },
    async check(outcome) {
      const error = { code: "storage_unavailable", retryable: true };
      expect(outcome).toMatchObject({
        value: [
          { deleted: false, error },
          { deleted: false, error },
        ],
      });
      await expectSweptTo(0);
    },
  },
  {
    title: "a sweep",
    operation: "DeleteObjects",
    answers: ANSWERS,
    async prepare() {
      const { key } = await addUnfinished(harness.database, {
        purpose: "removal",
        lease: "-1 s",
        userId,
      });
      const body = Buffer.from("bytes");
      await harness.s3.put({ key, body, byteLength: 5, contentType: "image/png" });
      return () => maintenance.sweep();
    },
    async check(outcome) {
      expect(outcome).toMatchObject({ value: { removed: 0, failed: 1 } });
      await expectSweptTo(0);
    },
  },
  ...(["ListObjectsV2", "ListMultipartUploads"] as const).map((operation): Scene => ({
    title: "a sweep",
    operation,
    answers: ANSWERS,
    async prepare() {
      await uploadFiles();
      return () => maintenance.sweep();
    },
    async check(outcome) {
      const { value } = outcome as { value: { failed: number } };
      expect(value.failed).toBeGreaterThan(0);
      await expectSoundFiles();
      await expectSweptTo(2);
    },
  })),
  ...(["ListObjectsV2", "ListMultipartUploads", "DeleteObjects"] as const).map(
    (operation): Scene => ({
      title: "the erasure of a user",
      operation,
      answers: ANSWERS,
      prepare: prepareErasure,
      check: expectErasedLater,
    }),
  ),
  {
    title: "the erasure of a user",
    operation: "AbortMultipartUpload",
    answers: ONLY_PAGE,
    prepare: prepareErasure,
    check: expectErasedLater,
  },
];

async function expectSweptTo(files: number): Promise<void> {
  await harness.database.query("UPDATE object_store_journal SET lease_expires_at = now()");
  expect(await maintenance.sweep()).toMatchObject({ failed: 0 });
  expect(await harness.keys()).toHaveLength(files);
}

async function prepareErasure(): Promise<() => Promise<unknown>> {
  await uploadFiles();
  await storeOrphan();
  await harness.s3.createMultipartUpload({ key: orphan, contentType: "image/png" });
  return () => maintenance.eraseUser(userId);
}

/** A receipt is complete only when nothing is left. */
async function expectErasedLater(outcome: Outcome): Promise<void> {
  expect(outcome).toMatchObject({ value: { complete: false } });
  expect(await maintenance.eraseUser(userId)).toMatchObject({ complete: true });
  const { objects, multipartUploads } = await harness.stored();
  expect([objects, multipartUploads]).toEqual([[], []]);
}

const downloads: Scene[] = [
  {
    title: "a download",
    operation: "GetObject",
    answers: ANSWERS,
    async prepare() {
      const [id = ""] = await uploadFiles();
      return async () => collect((await scope.images.download(id)).stream);
    },
    async check(outcome) {
      expect("error" in outcome && outcome.error.category).toBe("server");
      await expectSoundFiles();
    },
  },
  {
    title: "a download of a range",
    operation: "GetObject",
    answers: ANSWERS,
    async prepare() {
      const [id = ""] = await uploadFiles();
      const range = { start: 0, end: 10_000_000 };
      return async () => collect((await scope.images.download(id, { range })).stream);
    },
    async check(outcome) {
      expectUnavailable(outcome);
      await expectSoundFiles();
    },
  },
];

/** Whether a server carries these out changes nothing. */
const READS = /^(Get|Head|List)/;

const scenes = [...uploads, ...directUploads, ...audits, ...removals, ...downloads];

/** @param answersOf those of a scene's answers that it is tested with */
export function describeWrongAnswers(
  answersOf: (answers: [string, Answer][], scene: number) => [string, Answer][],
): void {
  beforeAll(async () => {
    folder = await mkdtemp(join(tmpdir(), "object-store-replaced-"));
    server = await startLocalS3({ dataDir: join(folder, "s3"), durable: false, ...CREDENTIALS });
    proxy = await ReplacingProxy.start(server.endpoint);
    const { region } = server;
    harness = await openHarness({}, { s3: { endpoint: proxy.endpoint, region, ...CREDENTIALS } });
    png = await sampleOf("png");
    wav = await collect(sizedMedia("wav", 9_000_000));
  });

  beforeEach(async () => {
    userId = await harness.addUser();
    const logger = { warn: () => undefined };
    scope = harness.storeWith({ logger }).forUser(userId);
    maintenance = harness.maintenanceWith({ s3: agedStorage(harness.s3, 3), logger });
  });

  afterEach(async () => {
    for (const table of ["images", "audio", "direct_uploads", "object_store_journal"]) {
      await harness.database.query(`DELETE FROM ${table}`);
    }
    await harness.s3.deleteMany(await harness.keys());
  });

  afterAll(async () => {
    await harness.close();
    await proxy.close();
    await server.close();
    await rm(folder, { recursive: true, force: true });
  });

  describe.each(scenes)("$title whose $operation is answered by a wrong 200", (scene) => {
    const cases = answersOf(scene.answers, scenes.indexOf(scene)).flatMap(([name, answer]) =>
      (READS.test(scene.operation) ? [false] : [true, false]).map((isCarriedOut) => ({
        name,
        answer,
        isCarriedOut,
      })),
    );

    it.each(cases)(
      "is a typed failure or a file, and loses nothing: $name, carried out: $isCarriedOut",
      async ({ answer, isCarriedOut }) => {
        const outcome = await meetAnswer(scene, answer, isCarriedOut);

        await scene.check(outcome, isCarriedOut);
        await expectSoundFilesUnlessMissing(scene);
      },
    );
  });
}

/** An audit of rows without objects is about such a row. */
async function expectSoundFilesUnlessMissing({ prepare }: Scene): Promise<void> {
  if (prepare !== prepareMissing) await expectSoundFiles();
}
