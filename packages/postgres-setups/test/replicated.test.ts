import { afterAll, afterEach, beforeAll, describe, expect, it } from "@jest/globals";

import { type ReplicatedPostgres, startReplicated } from "../src/index.js";
import { Sessions } from "./support.js";

const sessions = new Sessions();
let servers: ReplicatedPostgres;
afterEach(() => sessions.close());

async function isTable(url: string, name: string): Promise<boolean> {
  const session = await sessions.open(url);
  const { rows } = await session.query<{ is: boolean }>(
    "SELECT to_regclass($1) IS NOT NULL AS is",
    [name],
  );
  return rows[0]?.is ?? false;
}

describe("a replica", () => {
  beforeAll(async () => {
    servers = await startReplicated();
  });
  afterAll(() => servers.close());

  it("shows what was committed on the primary", async () => {
    await (await sessions.open(servers.primaryUrl)).query("CREATE TABLE streamed ()");
    await servers.caughtUp();
    expect(await isTable(servers.replicaUrl, "streamed")).toBe(true);
  });

  it("shows nothing new while its replay is held", async () => {
    await servers.holdReplay();
    await (await sessions.open(servers.primaryUrl)).query("CREATE TABLE held ()");
    expect(await isTable(servers.replicaUrl, "held")).toBe(false);
    await servers.caughtUp();
    expect(await isTable(servers.replicaUrl, "held")).toBe(true);
  });

  it("is read-only, and the stable address leads to the primary", async () => {
    await expect(
      (await sessions.open(servers.replicaUrl)).query("CREATE TABLE refused ()"),
    ).rejects.toMatchObject({ code: "25006" });
    await (await sessions.open(servers.url)).query("CREATE TABLE accepted ()");
    expect(await isTable(servers.primaryUrl, "accepted")).toBe(true);
  });
});

describe("a replica with delayed replay", () => {
  beforeAll(async () => {
    servers = await startReplicated({ replayDelay: "1h" });
  });
  afterAll(() => servers.close());

  it("lags behind the primary, and applies at once what it held back when it is promoted", async () => {
    await (await sessions.open(servers.url)).query("CREATE TABLE delayed ()");
    expect(await isTable(servers.replicaUrl, "delayed")).toBe(false);
    await servers.failover("stop");
    expect(await isTable(servers.url, "delayed")).toBe(true);
    expect(await isTable(servers.replicaUrl, "delayed")).toBe(true);
  });
});
