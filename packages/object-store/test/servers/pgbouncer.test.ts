import { afterAll, afterEach, beforeAll, describe, expect, it } from "@jest/globals";
import { createDatabase } from "@repo/database";
import { type LocalPostgres, startLocalPostgres } from "@repo/local-services";
import { type PgBouncer, startPgBouncer } from "@repo/postgres-setups";
import { mkdtemp, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { QueryTypes, type Transaction } from "sequelize";

import { objectStoreProvider } from "../../src/index.js";
import { sendPut } from "../support/direct-http.js";
import { type Harness, openHarness } from "../support/harness.js";
import { makeTemplate } from "../support/make-template.js";
import { sampleOf } from "../support/samples.js";

// All of the integration and behaviour tests run behind PgBouncer as well: TEST_POOLER=transaction.

let folder: string;
let postgres: LocalPostgres;
let bouncer: PgBouncer;
let harness: Harness;
let png: Uint8Array;

beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), "object-store-pgbouncer-"));
  postgres = await startLocalPostgres({ dataDir: join(folder, "postgres"), durable: false });
  bouncer = await startPgBouncer(postgres.url);
  harness = await openHarness({}, { postgres: await makeTemplate(postgres.url, bouncer.url) });
  png = (await sampleOf("png")).bytes;
});
afterEach(async () => {
  await harness.database.query("DELETE FROM images; DELETE FROM object_store_journal");
});
afterAll(async () => {
  await harness.close();
  await bouncer.close();
  await postgres.stop("immediate");
  await rm(folder, { recursive: true, force: true });
});

/** What a query gives in each of the two sessions that PgBouncer has by now. */
async function inBothSessions(sql: string): Promise<object[]> {
  const { database } = harness;
  return database.transaction((first) =>
    database.transaction(async (second) => {
      const run = (transaction: Transaction) =>
        database.query(sql, { type: QueryTypes.SELECT, transaction });
      return [...(await run(first)), ...(await run(second))];
    }),
  );
}

describe("a store behind PgBouncer in transaction mode", () => {
  it("leaves nothing with a session that the next one would find", async () => {
    const { images } = harness.store.forUser(await harness.addUser());
    // The module works beside the transaction: that makes two sessions. All else is in turn.
    await harness.database.transaction(async (transaction) => {
      const { file } = await images.upload({ body: png }, { transaction });
      await images.delete(file.id, { transaction });
    });
    const { file } = await images.upload({ body: png }, { idempotencyKey: "once" });
    const direct = await images.createDirectUpload({ byteSize: png.byteLength });
    await sendPut(direct.put, png);
    await images.completeDirectUpload(direct.id);
    await images.get(file.id);
    await images.list();
    await harness.maintenance.sweep();
    await harness.maintenance.audit();
    await images.delete(file.id);

    const sessions = "SELECT FROM pg_stat_activity WHERE datname = current_database()";
    expect(await inBothSessions(sessions)).toHaveLength(4);
    expect(await inBothSessions("SELECT name FROM pg_prepared_statements")).toEqual([]);
    const changed = "SELECT name, setting FROM pg_settings WHERE source = 'session'";
    expect(await inBothSessions(changed)).toEqual([]);
    const locks = "SELECT FROM pg_locks WHERE locktype = 'advisory'";
    expect(await inBothSessions(locks)).toEqual([]);
  });

  it("says what to do when its database was made without the option", async () => {
    const database = createDatabase({ url: harness.databaseUrl });
    const store = harness.storeWith({ database });
    const understandable = {
      code: "database_error",
      retryable: false,
      message: expect.stringMatching(/pooler: "transaction"/) as unknown,
    };
    await expect(store.forSystem().images.upload({ body: png })).rejects.toMatchObject(
      understandable,
    );
    await expect(store.forSystem().list()).rejects.toMatchObject(understandable);
    await expect(store.ready()).rejects.toMatchObject(understandable);
    await database.close();
  });

  it("goes on when its database was made with the option and itself was not", async () => {
    const { database, s3 } = harness;
    const store = objectStoreProvider({ database, s3 });
    const uploads = Array.from({ length: 40 }, async (_, number) => {
      const { images } = store.forSystem();
      const { file } = await images.upload({ body: png });
      if (number % 2 === 0) await images.get(file.id);
      else await images.delete(file.id);
    });
    await Promise.all(uploads);
    expect(await store.forSystem().images.count()).toBe(20);
  });
});
