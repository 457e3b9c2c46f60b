import { afterAll, beforeAll, beforeEach, describe, expect, it, jest } from "@jest/globals";
import { QueryTypes } from "sequelize";

import type { MediaScope } from "../../src/index.js";
import type { SweepReport } from "../../src/maintenance.js";
import { injectFaults } from "../../src/testing.js";
import { codeOf, expectGone } from "../behaviour/expectations.js";
import { type Harness, openHarness } from "../support/harness.js";
import { sampleOf } from "../support/samples.js";

const DAY = 86_400;

let harness: Harness;
let userId: string;
let scope: MediaScope;
let png: Uint8Array;

beforeAll(async () => {
  harness = await openHarness();
  png = (await sampleOf("png")).bytes;
});

beforeEach(async () => {
  await harness.database.query("DROP TABLE IF EXISTS posts");
  userId = await harness.addUser();
  scope = harness.store.forUser(userId);
});

afterAll(() => harness.close());

const uploaded = async (): Promise<string> => (await scope.images.upload({ body: png })).file.id;

/** Files whose time in the trash is over. */
async function overdue(count: number): Promise<string[]> {
  const ids = await Promise.all(Array.from({ length: count }, uploaded));
  await scope.images.deleteMany(ids, { restorableFor: DAY });
  await harness.database.query(
    `UPDATE images SET restorable_until = now() - interval '1 s' WHERE user_id = $1`,
    { bind: [userId] },
  );
  return ids;
}

async function states(): Promise<string[]> {
  const ofUser = ({ s3_key: key }: { s3_key: string }): boolean => key.includes(userId);
  return (await harness.rows()).filter(ofUser).map(({ state }) => state);
}

async function objects(): Promise<number> {
  return (await harness.keys()).filter((key) => key.includes(userId)).length;
}

describe("a file in the trash that rows of the application refer to", () => {
  async function refer(action: string, id: string): Promise<void> {
    await harness.database.query(
      `CREATE TABLE posts (file_id uuid CONSTRAINT posts_file REFERENCES images (id) ${action})`,
    );
    await harness.database.query("INSERT INTO posts (file_id) VALUES ($1)", { bind: [id] });
  }

  const posts = async (): Promise<(string | null)[]> => {
    const rows = await harness.database.query<{ file_id: string | null }>(
      "SELECT file_id FROM posts",
      { type: QueryTypes.SELECT },
    );
    return rows.map(({ file_id: id }) => id);
  };

  it("keeps them until it is deleted for good, and is then theirs to refuse", async () => {
    const id = await uploaded();
    await refer("ON DELETE RESTRICT", id);
    await scope.images.delete(id, { restorableFor: DAY });
    expect(await codeOf(scope.images.delete(id))).toBe("file_in_use");
    expect((await scope.images.restore(id)).id).toBe(id);
    expect(await posts()).toEqual([id]);
  });

  it("stays hidden when its time is over, and is swept once they are gone", async () => {
    const [id = "", other = ""] = await overdue(2);
    await refer("ON DELETE RESTRICT", id);
    const logger = { warn: jest.fn<(message: string, facts?: object) => void>() };
    const maintenance = harness.maintenanceWith({ logger });
    for (let time = 0; time < 2; time += 1) {
      logger.warn.mockClear();
      const report = await maintenance.sweep({ batchSize: 1 });
      expect(report).toMatchObject({ inUse: 1, removed: time === 0 ? 1 : 0, failed: 0 });
      expect(logger.warn).toHaveBeenCalledWith("a file in the trash is in use", {
        ...{ fileId: id, table: "posts", constraint: "posts_file" },
      });
      expect(await states()).toEqual(["file"]);
      expect(await codeOf(scope.images.restore(id))).toBe("file_not_found");
      await expectGone(scope.images, other);
    }
    await harness.database.query("DELETE FROM posts");
    expect(await maintenance.sweep()).toMatchObject({ inUse: 0, removed: 1 });
    expect([await states(), await objects()]).toEqual([[], 0]);
  });

  it.each([
    ["ON DELETE CASCADE", []],
    ["ON DELETE SET NULL", [null]],
  ])("changes them with the sweep, and not before: %s", async (action, after) => {
    const id = await uploaded();
    await refer(action, id);
    await scope.images.delete(id, { restorableFor: DAY });
    expect(await posts()).toEqual([id]);
    await harness.database.query("UPDATE images SET restorable_until = now() WHERE id = $1", {
      bind: [id],
    });
    await harness.maintenance.sweep();
    expect(await posts()).toEqual(after);
  });
});

describe("the sweep of the trash", () => {
  it("goes on from batch to batch, in several processes at once", async () => {
    await overdue(25);
    const soFar: Readonly<SweepReport>[] = [];
    const sweeps = Array.from({ length: 3 }, () =>
      harness.maintenance.sweep({ batchSize: 4, onProgress: (report) => soFar.push(report) }),
    );
    const removed = (await Promise.all(sweeps)).map((report) => report.removed);
    expect(removed.reduce((sum, each) => sum + each)).toBe(25);
    expect([await states(), await objects()]).toEqual([[], 0]);
    expect(soFar.length).toBeGreaterThan(6);
  });

  it("waits for no transaction, and leaves to the next what one has locked", async () => {
    const [locked = ""] = await overdue(3);
    await harness.database.transaction(async (transaction) => {
      const bind = [locked];
      await harness.database.query("SELECT FROM images WHERE id = $1 FOR UPDATE", {
        ...{ bind, transaction },
      });
      expect(await harness.maintenance.sweep()).toMatchObject({ removed: 2, inUse: 0, failed: 0 });
      expect(await states()).toEqual(["file"]);
    });
    expect(await harness.maintenance.sweep()).toMatchObject({ removed: 1 });
  });
});

describe("the time in the trash", () => {
  it("is the database's, to the moment", async () => {
    const id = await uploaded();
    await scope.images.delete(id, { restorableFor: 1 });
    const [row] = (await scope.images.list({ trashed: true })).items;
    const until = row?.restorableUntil;
    await harness.database.query("SELECT pg_sleep_until($1::timestamptz + interval '2 ms')", {
      bind: [until?.toISOString()],
    });
    expect(await codeOf(scope.images.restore(id))).toBe("file_not_found");
    expect(await scope.images.count({ trashed: true })).toBe(0);
    expect(await states()).toEqual(["file"]);
  });
});

it("asks nothing of S3 to move files to the trash, to list them and to restore one", async () => {
  const { storage: s3, faults } = injectFaults(harness.s3);
  const { images } = harness.storeWith({ s3 }).forUser(userId);
  const ids = [await uploaded(), await uploaded()];
  await images.deleteMany(ids, { restorableFor: DAY });
  await images.list({ trashed: true });
  await images.restore(ids[0] ?? "");
  expect(faults.calls).toEqual([]);
});

it("keeps the database from holding the idempotency key of a file in the trash", async () => {
  const { file } = await scope.images.upload({ body: png }, { idempotencyKey: "kept" });
  const change = harness.database.query(
    "UPDATE images SET restorable_until = now() WHERE id = $1",
    {
      bind: [file.id],
    },
  );
  await expect(change).rejects.toMatchObject({
    parent: { constraint: "images_trash_has_no_key" },
  });
});
