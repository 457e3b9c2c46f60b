import { afterAll, beforeAll, describe, expect, it } from "@jest/globals";
import { createDatabase } from "@repo/database";
import { type ReplicatedPostgres, startReplicated } from "@repo/postgres-setups";
import { QueryTypes } from "sequelize";

import { collect } from "../support/bytes.js";
import { type Harness, openHarness } from "../support/harness.js";
import { makeTemplate } from "../support/make-template.js";
import { sampleOf, uploadSample } from "../support/samples.js";

describe("a store on a replicated PostgreSQL", () => {
  let servers: ReplicatedPostgres;
  let harness: Harness;

  beforeAll(async () => {
    servers = await startReplicated({ replayDelay: "200ms" });
    harness = await openHarness({}, { postgres: await makeTemplate(servers.url) });
  });
  afterAll(async () => {
    await harness.close();
    await servers.close();
  });

  it("gives back what was uploaded at once, while the replica gets the row later", async () => {
    const png = await sampleOf("png");
    const mine = harness.store.forUser(await harness.addUser());
    const { id } = (await uploadSample(mine, png)).file;
    const { stream } = await mine.images.download(id);
    expect(await collect(stream)).toEqual(Buffer.from(png.bytes));

    await servers.caughtUp();
    const url = new URL(servers.replicaUrl);
    url.pathname = new URL(harness.databaseUrl).pathname;
    const replica = createDatabase({ url: url.href });
    const rows = await replica.query("SELECT id FROM images", { type: QueryTypes.SELECT });
    await replica.close();
    expect(rows).toEqual([{ id }]);
  });
});
