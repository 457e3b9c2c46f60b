import { afterAll, beforeAll, describe, expect, it } from "@jest/globals";
import { Connections, createDatabase, type Place, PreparedStatement } from "@repo/database";
import type { Sequelize } from "sequelize-typescript";

import type { MediaScope } from "../../src/index.js";
import { sendPut } from "../support/direct-http.js";
import { type Harness, openHarness } from "../support/harness.js";
import { sampleOf } from "../support/samples.js";
import { poolerOf } from "../support/services.js";

let harness: Harness;
let database: Sequelize;
let mine: MediaScope;
let png: Uint8Array;
let mp3: Uint8Array;

beforeAll(async () => {
  harness = await openHarness();
  // One connection of each: what is dropped on it is missed by the next call.
  database = createDatabase({ url: harness.databaseUrl, pool: { max: 1 }, ...poolerOf() });
  const store = harness.storeWith({ database, ownConnections: 1 });
  mine = store.forUser(await harness.addUser());
  png = (await sampleOf("png")).bytes;
  mp3 = (await sampleOf("mp3")).bytes;
});

afterAll(async () => {
  await database.close();
  await harness.close();
});

/** Runs a command on both connections. */
async function run(command: string): Promise<void> {
  const connections = new Connections(database, { own: 1, ...poolerOf() });
  // Without a name: it would be dropped as well.
  const statement = new PreparedStatement(command, { plan: "each time" });
  for (const on of ["own", "pool"] satisfies Place[]) {
    await statement.execute(connections, [], { on });
  }
}

/** Calls that run most statements of the module, with `between` before each. */
async function useEverything(between: () => Promise<void>): Promise<void> {
  const step = async <Result>(call: () => Promise<Result>): Promise<Result> => {
    await between();
    return call();
  };
  const { images, audio } = mine;
  const options = { idempotencyKey: "once" };
  const { file } = await step(() => images.upload({ body: png }));
  const keyed = await step(() => audio.upload({ body: mp3 }, options));
  expect((await step(() => audio.upload({ body: mp3 }, options))).file.id).toBe(keyed.file.id);
  await step(() => audio.setTranscript(keyed.file.id, "words"));
  expect((await step(() => images.get(file.id))).id).toBe(file.id);
  expect(await step(() => images.exists(file.id))).toBe(true);
  expect((await step(() => images.urls([file.id]))).size).toBe(1);
  expect((await step(() => mine.list())).items).toHaveLength(2);
  expect(await step(() => mine.count())).toBe(2);
  const announced = { byteSize: png.byteLength, contentType: "image/png" };
  const direct = await step(() => images.createDirectUpload(announced));
  await sendPut(direct.put, png);
  const completed = await step(() => images.completeDirectUpload(direct.id));
  await step(() => database.transaction((transaction) => images.delete(file.id, { transaction })));
  await step(() => images.deleteMany([completed.file.id]));
  await step(() => audio.delete(keyed.file.id));
  expect(await mine.count()).toBe(0);
}

describe("prepared statements that somebody else dropped", () => {
  it.each(["DEALLOCATE ALL", "DISCARD ALL"])("are prepared anew after %s", async (command) => {
    await useEverything(() => Promise.resolve());
    await useEverything(() => run(command));
  });

  it("are prepared anew after a migration that changes the types of their columns", async () => {
    let length = 1_000;
    await useEverything(async () => {
      length += 1;
      for (const table of ["images", "audio", "object_store_journal", "direct_uploads"]) {
        await harness.database.query(
          `ALTER TABLE ${table} ALTER COLUMN s3_key TYPE varchar(${length})`,
        );
      }
    });
  });
});
