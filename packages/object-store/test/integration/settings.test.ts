import { createRequire } from "node:module";

import { afterAll, beforeAll, describe, expect, it } from "@jest/globals";

import type { AuditFinding } from "../../src/maintenance.js";
import { collect, sha256 } from "../support/bytes.js";
import { sendPut } from "../support/direct-http.js";
import { type Harness, openHarness } from "../support/harness.js";
import { sampleOf } from "../support/samples.js";
import { type StoreOver, storeOver } from "../support/store-over.js";
import { addUnfinished } from "../support/unfinished.js";

/** The copy of node-postgres that Sequelize loads in this file. */
function driver(): {
  types: {
    builtins: Record<string, number>;
    setTypeParser: (type: number, parser: (text: string) => unknown) => void;
  };
} {
  const path = createRequire(import.meta.url).resolve("@repo/database");
  return createRequire(path)("pg") as ReturnType<typeof driver>;
}

const MINUTE = 60_000;

const near = (date: Date, at = Date.now()): boolean => Math.abs(date.getTime() - at) < 30 * MINUTE;

/** Everything that gives or compares dates, numbers, hashes or booleans. */
async function expectAllRight({ store, maintenance }: StoreOver, harness: Harness): Promise<void> {
  const png = await sampleOf("png");
  const mp3 = await sampleOf("mp3");
  const hash = sha256(png.bytes);
  const userId = await harness.addUser();
  const scope = store.forUser(userId);
  const { images, audio } = scope;

  const { file } = await images.upload({ body: png.bytes }, { idempotencyKey: "settings" });
  expect((await images.upload({ body: png.bytes }, { idempotencyKey: "settings" })).file).toEqual(
    file,
  );
  expect(near(file.createdAt)).toBe(true);
  expect(file).toMatchObject({ byteSize: png.bytes.byteLength, sha256: hash });
  expect(await images.get(file.id)).toEqual(file);
  const sound = (await audio.upload({ body: mp3.bytes })).file;
  expect(sound).toMatchObject({
    durationSeconds: expect.any(Number),
    lossless: false,
    sha256: sha256(mp3.bytes),
  });
  const described = await audio.setTranscript(sound.id, "text");
  expect(described).toMatchObject({ transcript: "text", createdAt: sound.createdAt });
  expect(near(described.updatedAt)).toBe(true);
  const { stream } = await images.download(file.id);
  expect(sha256(await collect(stream))).toBe(hash);

  const [from, before] = [new Date(Date.now() - 30 * MINUTE), new Date(Date.now() + 30 * MINUTE)];
  for (const list of [scope, images]) {
    const within = { createdFrom: from, createdBefore: before };
    const count = list === scope ? 2 : 1;
    expect((await list.list(within)).items).toHaveLength(count);
    expect(await list.count(within)).toBe(count);
    expect(await list.count({ createdFrom: before })).toBe(0);
    expect((await list.list({ createdBefore: from })).items).toEqual([]);
  }
  const first = await scope.list({ limit: 1 });
  const second = await scope.list({ limit: 1, cursor: first.nextCursor });
  expect([...first.items, ...second.items].map(({ id }) => id)).toEqual([sound.id, file.id]);

  const announced = {
    byteSize: png.bytes.byteLength,
    contentType: "image/png",
    sha256: hash,
  };
  const direct = await images.createDirectUpload(announced);
  expect(near(direct.completeBefore, Date.now() + 120 * MINUTE)).toBe(true);
  expect(await images.directUpload(direct.id)).toMatchObject({
    status: "open",
    completeBefore: direct.completeBefore,
  });
  expect(await sendPut(direct.put, png.bytes)).toBe(200);
  const completed = await images.completeDirectUpload(direct.id);
  expect(completed.file).toMatchObject({ sha256: hash });
  expect(await images.completeDirectUpload(direct.id)).toMatchObject({ file: completed.file });
  expect(await images.directUpload(direct.id)).toMatchObject({
    status: "completed",
    fileId: completed.file.id,
  });

  const { key } = await addUnfinished(harness.database, { purpose: "upload", lease: "-2 h" });
  const findings: AuditFinding[] = [];
  const audited = await maintenance.audit({ onFinding: (finding) => void findings.push(finding) });
  expect(audited).toMatchObject({ missingObjects: 0, orphans: 0, sizeMismatches: 0, deadRows: 1 });
  const [dead] = findings;
  expect(dead).toMatchObject({ finding: "dead_row", key });
  if (dead?.finding !== "dead_row") throw new Error("the dead row was not found");
  expect(near(dead.leaseExpiresAt, Date.now() - 120 * MINUTE)).toBe(true);

  const running = { purpose: "upload", lease: "5 min", userId } as const;
  const unfinished = await addUnfinished(harness.database, running);
  expect(await maintenance.sweep()).toMatchObject({ abandoned: 1, failed: 0 });
  expect(await maintenance.verify()).toMatchObject({ corrupt: 0, unreadable: 0 });
  expect(await maintenance.usage({ owner: userId })).toMatchObject({
    images: { files: 2, bytes: 2 * png.bytes.byteLength, unfinished: 1 },
    audio: { files: 1, bytes: mp3.bytes.byteLength, unfinished: 0 },
    owners: [{ owner: userId, images: { files: 2 } }],
  });

  await images.delete(file.id);
  const { lines } = await maintenance.eraseUser(userId);
  const tombstone = lines.find(({ fileId }) => fileId === unfinished.id);
  expect(near(tombstone?.until ?? new Date(0), Date.now() + 15 * MINUTE)).toBe(true);
  expect(lines).toEqual(
    expect.arrayContaining([
      expect.objectContaining({
        fileId: completed.file.id,
        outcome: "erased",
        byteSize: png.bytes.byteLength,
        sha256: hash,
      }),
    ]),
  );
  await harness.database.query("DELETE FROM object_store_journal");
}

const SETTINGS = [
  ["datestyle", "'SQL, DMY'"],
  ["datestyle", "'German'"],
  ["datestyle", "'Postgres, MDY'"],
  ["intervalstyle", "'iso_8601'"],
  ["timezone", "'Asia/Kathmandu'"],
  ["bytea_output", "'escape'"],
  ["extra_float_digits", "-15"],
] as const;

describe.each(SETTINGS)("a database whose %s is %s", (name, value) => {
  let harness: Harness;
  let over: StoreOver;

  beforeAll(async () => {
    harness = await openHarness();
    const [rows] = await harness.database.query("SELECT current_database() AS name");
    const [{ name: database } = { name: "" }] = rows as { name: string }[];
    await harness.database.query(`ALTER DATABASE ${database} SET ${name} = ${value}`);
    over = storeOver(harness, {});
  });

  afterAll(async () => {
    await over.database.close();
    await harness.close();
  });

  it("changes nothing of what the module gives", async () => {
    await expectAllRight(over, harness);
  });
});

describe("an application that parses types of PostgreSQL for itself", () => {
  it("changes nothing of what the module gives", async () => {
    const harness = await openHarness();
    const over = storeOver(harness, {});
    const { builtins, setTypeParser } = driver().types;
    const names = ["BOOL", "BYTEA", "INT8", "INT4", "JSON", "JSONB", "FLOAT8", "NUMERIC", "DATE"];
    for (const name of [...names, "TIMESTAMP", "TIMESTAMPTZ", "INTERVAL"]) {
      setTypeParser(builtins[name] ?? 0, (text) => `${name} ${text}`);
    }
    try {
      await expectAllRight(over, harness);
    } finally {
      await over.database.close();
      await harness.close();
    }
  });
});
