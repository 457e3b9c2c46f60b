import { afterAll, beforeAll, beforeEach, describe, expect, it, jest } from "@jest/globals";
import { Transaction } from "sequelize";

import type { MediaScope } from "../../src/index.js";
import { type Harness, openHarness } from "../support/harness.js";
import { sampleOf, uploadSample } from "../support/samples.js";
import { expireUnfinished } from "../support/unfinished.js";

let harness: Harness;
let scope: MediaScope;
let id: string;

beforeAll(async () => {
  harness = await openHarness();
  scope = harness.store.forUser(await harness.addUser());
});

beforeEach(async () => {
  id = (await uploadSample(scope, await sampleOf("mp3"))).file.id;
});

afterAll(async () => {
  await harness.close();
});

describe("delete", () => {
  it("removes the object and the row", async () => {
    await scope.audio.delete(id);
    expect((await harness.keys()).filter((key) => key.includes(id))).toEqual([]);
    expect((await harness.rows()).filter((row) => row.id === id)).toEqual([]);
  });

  it("takes effect when the caller's transaction commits, and touches S3 only then", async () => {
    const transaction = await harness.database.transaction();
    await scope.audio.delete(id, { transaction });
    expect((await scope.audio.get(id)).id).toBe(id);
    expect((await harness.keys()).filter((key) => key.includes(id))).toHaveLength(1);

    await transaction.commit();
    await expect(scope.audio.get(id)).rejects.toMatchObject({ code: "file_not_found" });
    expect((await harness.keys()).filter((key) => key.includes(id))).toEqual([]);
    expect((await harness.rows()).filter((row) => row.id === id)).toEqual([]);
  });

  it("leaves everything as it was when the caller's transaction rolls back", async () => {
    const transaction = await harness.database.transaction();
    await scope.audio.delete(id, { transaction });
    await transaction.rollback();

    expect((await scope.audio.get(id)).id).toBe(id);
    const { stream } = await scope.audio.download(id);
    stream.destroy();
  });
});

describe("a deletion whose transaction does not commit after all", () => {
  it("keeps the object when COMMIT itself fails", async () => {
    await createOrders();
    const transaction = await harness.database.transaction();
    await scope.audio.delete(id, { transaction });
    await failToCommit(transaction);

    expect((await scope.audio.get(id)).id).toBe(id);
    expect(await objectsOf(id)).toHaveLength(1);
  });

  it("keeps the object when a savepoint is released and the transaction rolled back", async () => {
    const outer = await harness.database.transaction();
    const inner = await harness.database.transaction({ transaction: outer });
    await scope.audio.delete(id, { transaction: inner });
    await inner.commit();
    expect(await objectsOf(id)).toHaveLength(1);
    await outer.rollback();

    expect((await scope.audio.get(id)).id).toBe(id);
    expect(await objectsOf(id)).toHaveLength(1);
  });

  it("removes the object when a savepoint is released and the transaction commits", async () => {
    const outer = await harness.database.transaction();
    const inner = await harness.database.transaction({ transaction: outer });
    await scope.audio.delete(id, { transaction: inner });
    await inner.commit();
    await outer.commit();
    expect(await objectsOf(id)).toEqual([]);
  });

  it("keeps the object when the savepoint is rolled back and the transaction commits", async () => {
    const outer = await harness.database.transaction();
    const inner = await harness.database.transaction({ transaction: outer });
    await scope.audio.delete(id, { transaction: inner });
    await inner.rollback();
    await outer.commit();
    expect((await scope.audio.get(id)).id).toBe(id);
    expect(await objectsOf(id)).toHaveLength(1);
  });
});

describe("a caller's transaction around an upload", () => {
  it("shows the file to others when it commits", async () => {
    const transaction = await harness.database.transaction();
    const { file } = await scope.audio.upload(
      { body: (await sampleOf("flac")).bytes },
      { transaction },
    );
    await expect(scope.audio.get(file.id)).rejects.toMatchObject({ code: "file_not_found" });
    await transaction.commit();
    expect((await scope.audio.get(file.id)).id).toBe(file.id);
  });

  it("leaves no object after a rollback, and no row after a sweep", async () => {
    const transaction = await harness.database.transaction();
    const { file } = await scope.audio.upload(
      { body: (await sampleOf("flac")).bytes },
      { transaction },
    );
    await transaction.rollback();
    await expect(scope.audio.get(file.id)).rejects.toMatchObject({ code: "file_not_found" });
    expect(await objectsOf(file.id)).toEqual([]);

    await expireUnfinished(harness.database);
    await harness.maintenance.sweep();
    expect((await harness.rows()).filter((row) => row.id === file.id)).toEqual([]);
  });

  it("leaves no object when its savepoint is rolled back, or the one around a released one", async () => {
    const body = (await sampleOf("flac")).bytes;
    await harness.database.transaction(async (transaction) => {
      const inner = await harness.database.transaction({ transaction });
      const { file } = await scope.audio.upload({ body }, { transaction: inner });
      await inner.rollback();
      expect(await objectsOf(file.id)).toEqual([]);
    });

    const outer = await harness.database.transaction();
    const inner = await harness.database.transaction({ transaction: outer });
    const { file } = await scope.audio.upload({ body }, { transaction: inner });
    await inner.commit();
    expect(await objectsOf(file.id)).toHaveLength(1);
    await outer.rollback();
    expect(await objectsOf(file.id)).toEqual([]);
  });

  it("leaves no object when COMMIT itself fails", async () => {
    await createOrders();
    const transaction = await harness.database.transaction();
    const { file } = await scope.audio.upload(
      { body: (await sampleOf("flac")).bytes },
      { transaction },
    );
    await failToCommit(transaction);
    expect(await objectsOf(file.id)).toEqual([]);
  });
});

it("refuses an upload in a transaction that would not see it", async () => {
  for (const isolationLevel of [
    Transaction.ISOLATION_LEVELS.REPEATABLE_READ,
    Transaction.ISOLATION_LEVELS.SERIALIZABLE,
  ]) {
    const transaction = await harness.database.transaction({ isolationLevel });
    await expect(
      scope.audio.upload({ body: (await sampleOf("flac")).bytes }, { transaction }),
    ).rejects.toMatchObject({
      code: "invalid_input",
      message: expect.stringContaining("transaction: null"),
    });
    await transaction.rollback();
  }
});

describe("setTranscript", () => {
  it("sets, replaces and removes the transcript", async () => {
    expect((await scope.audio.setTranscript(id, "one")).transcript).toBe("one");
    expect((await scope.audio.setTranscript(id, "two")).transcript).toBe("two");
    expect((await scope.audio.setTranscript(id, null)).transcript).toBeNull();
    expect((await scope.audio.get(id)).transcript).toBeNull();
  });

  it("is undone by a rollback of the caller's transaction", async () => {
    await scope.audio.setTranscript(id, "before");
    const transaction = await harness.database.transaction();
    await scope.audio.setTranscript(id, "during", { transaction });
    await transaction.rollback();
    expect((await scope.audio.get(id)).transcript).toBe("before");
  });

  it.each([
    ["with NUL", "a\0b"],
    ["with a lone surrogate", "a\ud800"],
    ["of 1,000,001 characters", "x".repeat(1_000_001)],
    ["that is no string", 5],
  ])("refuses a transcript %s", async (_what, transcript) => {
    await expect(scope.audio.setTranscript(id, transcript as string)).rejects.toMatchObject({
      code: "invalid_input",
    });
  });
});

const objectsOf = async (fileId: string): Promise<string[]> =>
  (await harness.keys()).filter((key) => key.includes(fileId));

/** A table whose constraint is checked at the end of a transaction. */
async function createOrders(): Promise<void> {
  await harness.database.query(
    `CREATE TABLE IF NOT EXISTS orders (
       user_id uuid REFERENCES users (id) DEFERRABLE INITIALLY DEFERRED
     )`,
  );
}

async function failToCommit(transaction: Transaction): Promise<void> {
  await harness.database.query(`INSERT INTO orders VALUES (gen_random_uuid())`, { transaction });
  // Sequelize tells the console of it, whatever its logging option says.
  const warn = jest.spyOn(console, "warn").mockImplementation(() => undefined);
  await expect(transaction.commit()).rejects.toThrow(/foreign key/);
  warn.mockRestore();
}
