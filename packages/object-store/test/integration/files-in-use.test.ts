import { afterAll, beforeAll, beforeEach, describe, expect, it, jest } from "@jest/globals";
import { type Transaction, UniqueConstraintError } from "sequelize";
import { v7 as uuidv7 } from "uuid";

import type { MediaScope } from "../../src/index.js";
import type { AuditFinding } from "../../src/maintenance.js";
import { codeOf } from "../behaviour/expectations.js";
import { collect } from "../support/bytes.js";
import { type Harness, openHarness } from "../support/harness.js";
import { sampleOf, uploadSample } from "../support/samples.js";
import { storageWith } from "../support/storage-with.js";
import { fillWithRows } from "../support/stored-rows.js";
import { addUnfinished, expireUnfinished } from "../support/unfinished.js";

let harness: Harness;
let userId: string;
let scope: MediaScope;

beforeAll(async () => {
  harness = await openHarness();
});

beforeEach(async () => {
  await harness.database.query("DROP TABLE IF EXISTS parts, posts");
  userId = await harness.addUser();
  scope = harness.store.forUser(userId);
});

afterAll(() => harness.close());

const run = (sql: string, transaction?: Transaction): Promise<unknown> =>
  harness.database.query(sql, { ...(transaction && { transaction }) });

/** The application's table, which refers to files of one kind. */
async function createPosts(action: string, table: "images" | "audio" = "images"): Promise<void> {
  await run(
    `CREATE TABLE posts (
       id serial PRIMARY KEY,
       file_id uuid CONSTRAINT posts_file REFERENCES ${table} (id) ${action}
     )`,
  );
}

async function addPost(fileId: string, transaction?: Transaction): Promise<void> {
  await run(`INSERT INTO posts (file_id) VALUES ('${fileId}')`, transaction);
}

async function postsOf(): Promise<(string | null)[]> {
  const [rows] = await harness.database.query("SELECT file_id FROM posts ORDER BY id");
  return (rows as { file_id: string | null }[]).map(({ file_id: id }) => id);
}

const uploaded = async (): Promise<string> =>
  (await uploadSample(scope, await sampleOf("png"))).file.id;

/** The row, the bytes and nothing unfinished. */
async function expectWhole(id: string): Promise<void> {
  const { bytes } = await sampleOf("png");
  const { stream } = await scope.images.download(id);
  expect(Buffer.compare(await collect(stream), bytes)).toBe(0);
  expect(await traces(id)).toEqual({ states: ["file"], objects: 1 });
}

async function traces(id: string): Promise<{ states: string[]; objects: number }> {
  const rows = (await harness.rows()).filter((row) => row.id === id);
  const keys = (await harness.keys()).filter((key) => key.includes(id));
  return { states: rows.map(({ state }) => state), objects: keys.length };
}

const GONE = { states: [], objects: 0 };
const IN_USE = {
  code: "file_in_use",
  retryable: false,
  table: "posts",
  constraint: "posts_file",
  message: "The file is in use: another row refers to it.",
};

const REFUSING = [
  "ON DELETE RESTRICT",
  "ON DELETE NO ACTION",
  "DEFERRABLE INITIALLY IMMEDIATE",
  "DEFERRABLE INITIALLY DEFERRED",
  "ON DELETE RESTRICT DEFERRABLE INITIALLY DEFERRED",
];

describe.each(REFUSING)("a file that a table refers to with %s", (action) => {
  let id: string;

  beforeEach(async () => {
    await createPosts(action);
    id = await uploaded();
    await addPost(id);
  });

  it("is refused to be deleted before a byte is touched, and goes once it is free", async () => {
    for (let time = 0; time < 2; time += 1) {
      await expect(scope.images.delete(id)).rejects.toMatchObject(IN_USE);
      await expectWhole(id);
    }
    await expireUnfinished(harness.database);
    expect(await harness.maintenance.sweep()).toMatchObject({ removed: 0, failed: 0 });
    expect(await harness.maintenance.audit()).toMatchObject({ orphans: 0, missingObjects: 0 });
    await expectWhole(id);

    await run("DELETE FROM posts");
    await scope.images.delete(id);
    expect(await traces(id)).toEqual(GONE);
  });

  it("is one of many, of which the others are deleted", async () => {
    const [before, after] = [await uploaded(), await uploaded()];
    expect(await scope.images.deleteMany([before, id, after])).toEqual([
      { id: before, deleted: true },
      { id, deleted: false, error: expect.objectContaining(IN_USE) },
      { id: after, deleted: true },
    ]);
    await expectWhole(id);
    for (const other of [before, after]) expect(await traces(other)).toEqual(GONE);
  });
});

describe.each([
  ["CASCADE", () => []],
  ["SET NULL", () => [null]],
] as const)("a file that a table refers to with ON DELETE %s", (action, expected) => {
  let id: string;

  beforeEach(async () => {
    await createPosts(`ON DELETE ${action}`);
    id = await uploaded();
    await addPost(id);
  });

  it("is deleted, and the table follows", async () => {
    await scope.images.delete(id);
    expect(await postsOf()).toEqual(expected());
    expect(await traces(id)).toEqual(GONE);
  });

  it("is deleted in the caller's transaction, where the table follows before the commit", async () => {
    for (const ending of ["rollback", "commit"] as const) {
      const transaction = await harness.database.transaction();
      await scope.images.deleteMany([id], { transaction });
      const [rows] = await harness.database.query("SELECT file_id FROM posts", { transaction });
      expect((rows as { file_id: null }[]).map(({ file_id: fileId }) => fileId)).toEqual(
        expected(),
      );
      expect(await postsOf()).toEqual([id]);
      await transaction[ending]();
      if (ending === "rollback") await expectWhole(id);
    }
    expect(await postsOf()).toEqual(expected());
    expect(await traces(id)).toEqual(GONE);
  });

  it("is erased with its user", async () => {
    expect(await harness.maintenance.eraseUser(userId)).toMatchObject({
      complete: true,
      lines: [{ fileId: id, outcome: "erased" }],
    });
    expect(await postsOf()).toEqual(expected());
  });
});

describe("a file whose deletion would break a rule of the application's", () => {
  it.each([
    ["SET NULL of a column that must not be null", "ON DELETE SET NULL NOT NULL"],
    ["SET NULL against a check", "ON DELETE SET NULL CHECK (file_id IS NOT NULL)"],
    ["a default that is no file", `ON DELETE SET DEFAULT DEFAULT '${uuidv7()}'`],
  ])("is in use: %s", async (_rule, action) => {
    await createPosts(action);
    const [id, other] = [await uploaded(), await uploaded()];
    await addPost(id);
    await expect(scope.images.delete(id)).rejects.toMatchObject({ code: "file_in_use" });
    const results = await scope.images.deleteMany([id, other]);
    expect(results.map(({ deleted }) => deleted)).toEqual([false, true]);
    await expectWhole(id);
    expect(await harness.maintenance.eraseUser(userId)).toMatchObject({
      complete: false,
      lines: [{ fileId: id, outcome: "in_use" }],
    });
  });

  it("is in use by what refers to a row that would go with it", async () => {
    await createPosts("ON DELETE CASCADE");
    await run("CREATE TABLE parts (post_id int CONSTRAINT parts_post REFERENCES posts (id))");
    const id = await uploaded();
    await addPost(id);
    await run("INSERT INTO parts SELECT id FROM posts");
    await expect(scope.images.delete(id)).rejects.toMatchObject({
      code: "file_in_use",
      table: "parts",
      constraint: "parts_post",
    });
    await expectWhole(id);
    expect(await postsOf()).toEqual([id]);
  });
});

it("refuses an audio file in use as it does an image", async () => {
  await createPosts("", "audio");
  const { file } = await uploadSample(scope, await sampleOf("mp3"));
  await addPost(file.id);
  await expect(scope.audio.delete(file.id)).rejects.toMatchObject(IN_USE);
  expect(await traces(file.id)).toEqual({ states: ["file"], objects: 1 });
});

describe("deleteMany of thousands", () => {
  it("says which few are in use, and asks S3 for none of those", async () => {
    await createPosts("ON DELETE RESTRICT");
    await fillWithRows(harness.database, { owner: userId, contentType: "image/gif", count: 4_000 });
    const ids: string[] = [];
    for await (const { id } of scope.images.all()) ids.push(id);
    const used = [0, 1, 999, 2_000, 2_001, 3_998, 3_999].map((index) => ids[index] ?? "");
    for (const id of used) await addPost(id);

    const asked: string[] = [];
    const s3 = storageWith(harness.s3, {
      deleteMany: (keys) => {
        asked.push(...keys);
        return Promise.resolve({ deleted: [...keys], failed: [] });
      },
    });
    const results = await harness.storeWith({ s3 }).forUser(userId).images.deleteMany(ids);
    expect(results.map(({ id }) => id)).toEqual(ids);
    const refused = results.filter(({ deleted }) => !deleted);
    expect(refused).toEqual(
      used.map((id) => ({ id, deleted: false, error: expect.objectContaining(IN_USE) })),
    );
    expect(asked).toHaveLength(ids.length - used.length);
    expect(asked.filter((key) => used.some((id) => key.includes(id)))).toEqual([]);
    expect(await scope.images.count()).toBe(used.length);
  });
});

describe("a refusal inside the caller's transaction", () => {
  let used: string;
  let free: string;

  beforeEach(async () => {
    await createPosts("ON DELETE RESTRICT");
    [used, free] = [await uploaded(), await uploaded()];
    await addPost(used);
  });

  it("leaves the transaction alive, with all that it did before and does after", async () => {
    const { bytes } = await sampleOf("png");
    const fileId = await harness.database.transaction(async (transaction) => {
      await run("INSERT INTO posts (file_id) VALUES (NULL)", transaction);
      await expect(scope.images.delete(used, { transaction })).rejects.toMatchObject(IN_USE);
      const { file } = await scope.images.upload({ body: bytes }, { transaction });
      expect(await scope.images.deleteMany([used, free], { transaction })).toEqual([
        { id: used, deleted: false, error: expect.objectContaining(IN_USE) },
        { id: free, deleted: true },
      ]);
      await addPost(file.id, transaction);
      return file.id;
    });
    expect(await postsOf()).toEqual([used, null, fileId]);
    expect(await traces(free)).toEqual(GONE);
    await expectWhole(used);
    await expectWhole(fileId);
  });

  it("leaves savepoints of the caller's as they are, however deep", async () => {
    await harness.database.transaction(async (outer) => {
      const undone = await harness.database.transaction({ transaction: outer });
      await scope.images.delete(free, { transaction: undone });
      await expect(scope.images.delete(used, { transaction: undone })).rejects.toMatchObject(
        IN_USE,
      );
      await undone.rollback();

      const middle = await harness.database.transaction({ transaction: outer });
      const inner = await harness.database.transaction({ transaction: middle });
      await expect(scope.images.delete(used, { transaction: inner })).rejects.toMatchObject(IN_USE);
      await run("INSERT INTO posts (file_id) VALUES (NULL)", inner);
      await inner.commit();
      await expect(scope.images.delete(used, { transaction: middle })).rejects.toMatchObject(
        IN_USE,
      );
      await middle.commit();
      await expect(scope.images.delete(used, { transaction: outer })).rejects.toMatchObject(IN_USE);
    });
    expect(await postsOf()).toEqual([used, null]);
    await expectWhole(used);
    await expectWhole(free);
  });

  it("undoes nothing of what runs beside it in the transaction", async () => {
    const { bytes } = await sampleOf("png");
    const [refusal, alsoUsed, deletion, { file }] = await harness.database.transaction(
      (transaction) =>
        Promise.all([
          codeOf(scope.images.delete(used, { transaction })),
          codeOf(scope.images.deleteMany([used], { transaction })),
          codeOf(scope.images.delete(free, { transaction })),
          scope.images.upload({ body: bytes }, { transaction }),
          run("INSERT INTO posts (file_id) VALUES (NULL)", transaction),
          run("SELECT 1", transaction).then(() =>
            run("INSERT INTO posts (file_id) VALUES (NULL)", transaction),
          ),
        ]),
    );
    expect([refusal, alsoUsed, deletion]).toEqual(["file_in_use", undefined, undefined]);
    expect(await postsOf()).toEqual([used, null, null]);
    expect(await traces(free)).toEqual(GONE);
    await expectWhole(used);
    await expectWhole(file.id);
  });

  it("is none where the transaction has removed what referred to the file", async () => {
    await harness.database.transaction(async (transaction) => {
      await run("DELETE FROM posts", transaction);
      await scope.images.delete(used, { transaction });
    });
    expect(await traces(used)).toEqual(GONE);
  });

  it("does not hide a failure of the caller's own", async () => {
    await run("CREATE UNIQUE INDEX ON posts (file_id)");
    const transaction = await harness.database.transaction();
    await expect(addPost(used, transaction)).rejects.toThrow(UniqueConstraintError);
    await expect(scope.images.delete(used, { transaction })).rejects.toMatchObject({
      code: "database_error",
    });
    await transaction.rollback();
    await expectWhole(used);
  });
});

describe("a foreign key that is checked at the end of the caller's transaction", () => {
  let id: string;

  beforeEach(async () => {
    await createPosts("DEFERRABLE INITIALLY DEFERRED");
    id = await uploaded();
    await addPost(id);
  });

  it("refuses the commit, and the file stays whole", async () => {
    const transaction = await harness.database.transaction();
    await scope.images.delete(id, { transaction });
    // Sequelize tells the console of a commit that failed, whatever its logging option says.
    const warn = jest.spyOn(console, "warn").mockImplementation(() => undefined);
    await expect(transaction.commit()).rejects.toThrow(/posts_file/);
    warn.mockRestore();
    await expectWhole(id);
    expect(await postsOf()).toEqual([id]);
  });

  it("lets the file go where what referred to it goes later in the transaction", async () => {
    await harness.database.transaction(async (transaction) => {
      await scope.images.delete(id, { transaction });
      await run("DELETE FROM posts", transaction);
    });
    expect(await traces(id)).toEqual(GONE);
  });
});

describe("maintenance beside files in use", () => {
  let used: string;
  let free: string;

  beforeEach(async () => {
    await createPosts("ON DELETE RESTRICT");
    [used, free] = [await uploaded(), await uploaded()];
    await addPost(used);
  });

  it("erases the rest of a user, and names what is in use", async () => {
    const receipt = await harness.maintenance.eraseUser(userId);
    expect(receipt.complete).toBe(false);
    const line = { kind: "image", was: "file", until: null };
    expect(receipt.lines).toHaveLength(2);
    expect(receipt.lines).toEqual(
      expect.arrayContaining([
        expect.objectContaining({
          ...line,
          fileId: used,
          outcome: "in_use",
          constraint: "posts_file",
        }),
        expect.objectContaining({ ...line, fileId: free, outcome: "erased", constraint: null }),
      ]),
    );
    await expectWhole(used);
    expect(await traces(free)).toEqual(GONE);

    await run("DELETE FROM posts");
    expect(await harness.maintenance.eraseUser(userId)).toMatchObject({
      complete: true,
      lines: [{ fileId: used, outcome: "erased" }],
    });
    expect(await traces(used)).toEqual(GONE);
  });

  it("sweeps what is unfinished in one go", async () => {
    for (const purpose of ["upload", "removal"] as const) {
      await addUnfinished(harness.database, { purpose, lease: "-1 s", userId });
    }
    await expect(scope.images.delete(used)).rejects.toMatchObject(IN_USE);
    expect(await harness.maintenance.sweep()).toMatchObject({
      abandoned: 1,
      removed: 1,
      failed: 0,
    });
    await expectWhole(used);
    await expectWhole(free);
    await harness.database.query("DELETE FROM object_store_journal");
  });

  it("keeps the row of a file in use whose object is missing, and says that it did", async () => {
    await run(`DELETE FROM images WHERE id NOT IN ('${used}', '${free}'); DELETE FROM audio`);
    const keys = (await harness.keys()).filter((key) => key.includes(used) || key.includes(free));
    await harness.s3.deleteMany(keys);
    const findings: AuditFinding[] = [];
    const report = await harness.maintenance.audit({
      fix: true,
      onFinding: (finding) => void findings.push(finding),
    });
    expect(report).toMatchObject({ missingObjects: 2, fixed: 1, notFixed: 1 });
    const missing = { finding: "missing_object" };
    expect(findings).toEqual(
      expect.arrayContaining([
        expect.objectContaining({ ...missing, fileId: used, action: "failed" }),
        expect.objectContaining({ ...missing, fileId: free, action: "quarantined" }),
      ]),
    );
    expect((await scope.images.get(used)).id).toBe(used);
    expect(await postsOf()).toEqual([used]);
    const kept = (await harness.keys()).filter((key) => key.startsWith("quarantine/"));
    expect(kept).toEqual([expect.stringContaining(free)]);
  });
});
