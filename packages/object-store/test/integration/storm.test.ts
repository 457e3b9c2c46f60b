import { mkdtemp, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { setTimeout as pause } from "node:timers/promises";

import { afterAll, beforeAll, expect, it } from "@jest/globals";
import { type Fault, type LocalS3, startLocalS3 } from "@repo/local-s3";
import { S3Provider } from "@repo/s3-provider";

import { type MediaScope, ObjectStoreError } from "../../src/index.js";
import type { AuditFinding } from "../../src/maintenance.js";
import { fmt, wav } from "../../../media-inspection/test/support/audio.js";
import { chunk, png, pngHeader, riffChunk } from "../../../media-inspection/test/support/images.js";
import { agedStorage } from "../support/aged-storage.js";
import { sha256 } from "../support/bytes.js";
import { type Harness, openHarness } from "../support/harness.js";
import { expireUnfinished } from "../support/unfinished.js";

/** Files that are uploaded in all: few in the usual run, 2,000 with `pnpm storm`. */
const FILES = Number(process.env["TEST_STORM_FILES"] ?? 48);
const UPLOADERS = 4;
const SWEEPERS = 8;

/** What strikes every tenth request, in turn. */
const FAULTS: Fault[] = [
  { type: "error", status: 503, code: "ServiceUnavailable" },
  { type: "loseResponse" },
  { type: "resetRequest" },
  { type: "error", status: 500, code: "InternalError" },
];

const CREDENTIALS = { accessKeyId: "storm", secretAccessKey: "storm-secret" };

let folder: string;
let server: LocalS3;
let harness: Harness;
let s3: S3Provider;
let scopes: MediaScope[];

beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), "object-store-storm-"));
  server = await startLocalS3({ dataDir: folder, durable: false, ...CREDENTIALS });
  const { endpoint, region } = server;
  harness = await openHarness({}, { s3: { endpoint, region, ...CREDENTIALS } });
  // Without repetitions inside the SDK, every fault reaches the module.
  s3 = new S3Provider({
    bucket: harness.s3.bucket,
    client: { endpoint, region, credentials: CREDENTIALS, forcePathStyle: true, maxAttempts: 1 },
  });
  const store = harness.storeWith({ s3 });
  scopes = [store.forSystem(), store.forUser(await harness.addUser())];
});

afterAll(async () => {
  s3.destroy();
  await harness.close();
  await server.close();
  await rm(folder, { recursive: true, force: true });
});

/** Gives how often each fault has struck. */
function failOneCallInTen(): () => number[] {
  let calls = 0;
  const count = (): boolean => {
    calls += 1;
    return false;
  };
  server.faults.add({ match: count, fault: { type: "resetRequest" } });
  const active = FAULTS.map((fault, turn) => {
    const match = (): boolean => calls % 10 === 0 && (calls / 10) % FAULTS.length === turn;
    return server.faults.add({ match, fault });
  });
  return () => active.map(({ hits }) => hits);
}

/** A file of its own for each number: an image or a sound. */
function fileOf(number: number): { kind: "images" | "audio"; bytes: Buffer } {
  const text = Buffer.from(`Comment\0${number}`);
  return number % 4 < 2
    ? { kind: "images", bytes: png(pngHeader(3, 2), chunk("tEXt", text)) }
    : {
        kind: "audio",
        bytes: wav(fmt(), riffChunk("data", Buffer.alloc(400)), riffChunk("note", text)),
      };
}

/** Repeats a call as long as it fails for a passing reason, as a client would. */
async function insist<Result>(call: () => Promise<Result>): Promise<Result> {
  for (let tries = 1; ; tries += 1) {
    try {
      return await call();
    } catch (error) {
      if (!(error instanceof ObjectStoreError) || !error.retryable || tries === 100) throw error;
      await pause(5);
    }
  }
}

interface Acknowledged {
  scope: MediaScope;
  kind: "images" | "audio";
  sha256: string;
}

/** Uploads every fourth file; deletes some again, and rolls others back before. */
async function upload(first: number, acknowledged: Map<string, Acknowledged>): Promise<void> {
  for (let number = first; number < FILES; number += UPLOADERS) {
    const scope = scopes[number % scopes.length] as MediaScope;
    const { kind, bytes } = fileOf(number);
    if (number % 7 === 0) {
      const transaction = await harness.database.transaction();
      await scope[kind].upload({ body: bytes }, { transaction }).catch(() => undefined);
      await transaction.rollback();
    }
    const idempotencyKey = `file ${number}`;
    const { file } = await insist(async () =>
      kind === "images"
        ? scope.images.upload({ body: bytes }, { idempotencyKey })
        : scope.audio.upload({ body: bytes }, { idempotencyKey }),
    );
    if (number % 5 === 0) await insist(() => scope[kind].delete(file.id)).catch(ignoreNotFound);
    else acknowledged.set(file.id, { scope, kind, sha256: sha256(bytes) });
  }
}

/** A repeated deletion may find that the sweep has finished the first. */
function ignoreNotFound(error: unknown): void {
  if (!(error instanceof ObjectStoreError) || error.code !== "file_not_found") throw error;
}

it(`keeps every acknowledged file of ${FILES}, and nothing else, with ${SWEEPERS} sweepers and one call in ten failing`, async () => {
  const hits = failOneCallInTen();
  const acknowledged = new Map<string, Acknowledged>();
  const maintenance = harness.maintenanceWith({ s3 });
  let isUploading = true;
  const sweepers = Array.from({ length: SWEEPERS }, async (_, sweeper) => {
    while (isUploading) {
      if (sweeper === 0) {
        // Of running uploads, too, and of tombstones as if their time had come.
        await expireUnfinished(
          harness.database,
          `purpose = 'upload' AND random() < 0.1
           OR purpose = 'removal' AND updated_at < now() - interval '2 s'`,
        );
      }
      await maintenance.sweep();
      await pause(20);
    }
  });
  await Promise.all(Array.from({ length: UPLOADERS }, (_, first) => upload(first, acknowledged)));
  isUploading = false;
  await Promise.all(sweepers);

  for (let rounds = 0; ; rounds += 1) {
    await expireUnfinished(harness.database);
    const { removed, abandoned, failed } = await maintenance.sweep();
    if (removed + abandoned + failed === 0) break;
    expect(rounds).toBeLessThan(50);
  }
  server.faults.clear();
  expect(Math.min(...hits())).toBeGreaterThan(0);

  const findings: AuditFinding[] = [];
  const old = agedStorage(harness.s3, 3);
  const audit = await harness.maintenanceWith({ s3: old }).audit({
    onFinding: (finding) => void findings.push(finding),
  });
  expect(findings).toEqual([]);
  expect(audit).toMatchObject({
    objects: acknowledged.size,
    rows: acknowledged.size,
    tooYoung: 0,
    foreign: 0,
  });
  const verified = await harness.maintenance.verify({ bytesPerSecond: 1_000_000_000 });
  expect(verified).toMatchObject({ files: acknowledged.size, corrupt: 0, unreadable: 0 });
  for (const [id, { scope, kind, sha256: expected }] of acknowledged) {
    expect((await scope[kind].get(id)).sha256).toBe(expected);
  }
}, 600_000);
