import { setTimeout } from "node:timers/promises";

import { afterEach, beforeEach, describe, expect, it } from "@jest/globals";

import { type FailoverKind, type ReplicatedPostgres, startReplicated } from "../src/index.js";
import { Sessions } from "./support.js";

const INSERT = "INSERT INTO kept VALUES (DEFAULT)";

const sessions = new Sessions();
let servers: ReplicatedPostgres;
beforeEach(async () => {
  servers = await startReplicated();
  await (await sessions.open(servers.url)).query("CREATE TABLE kept (id serial)");
});
afterEach(async () => {
  await sessions.close();
  await servers.close();
});

async function kept(): Promise<number> {
  const { rows } = await (await sessions.open(servers.url)).query("SELECT FROM kept");
  return rows.length;
}

describe("a failover by demotion", () => {
  it("leaves open sessions on a read-only server, while new ones write, and happens once", async () => {
    const old = await sessions.open(servers.url);
    await old.query(INSERT);
    const failover = servers.failover("demote");
    const fresh = await sessions.open(servers.url);
    await failover;

    await expect(old.query(INSERT)).rejects.toMatchObject({ code: "25006" });
    await expect(old.query("SELECT FROM kept FOR UPDATE")).rejects.toMatchObject({ code: "25006" });
    expect((await old.query("SELECT FROM kept")).rowCount).toBe(1);
    await fresh.query(INSERT);
    expect(await kept()).toBe(2);
    await expect(servers.failover("kill")).rejects.toThrow("no replica is left");
  });

  it("lets a short transaction commit, which the new primary has, and ends a long one", async () => {
    const [short, long] = [await sessions.open(servers.url), await sessions.open(servers.url)];
    for (const session of [short, long]) {
      await session.query("BEGIN");
      await session.query(INSERT);
    }
    const failover = servers.failover("demote");
    await short.query("COMMIT");
    await failover;
    await expect(long.query("COMMIT")).rejects.toThrow();
    expect(await kept()).toBe(1);
  });
});

describe.each([
  ["stop", { code: "57P01" }],
  ["kill", { message: "Connection terminated unexpectedly" }],
] as const)("a failover by %s", (kind, failure) => {
  it("ends open sessions, while new ones find every commit and write", async () => {
    const old = await sessions.open(servers.url);
    await old.query(INSERT);
    const running = expect(old.query("SELECT pg_sleep(60)")).rejects.toMatchObject(failure);
    const failover = servers.failover(kind);
    const fresh = await sessions.open(servers.url);
    await Promise.all([running, failover]);

    expect(await kept()).toBe(1);
    await fresh.query(INSERT);
    expect(await kept()).toBe(2);
    await expect(sessions.open(servers.primaryUrl)).rejects.toMatchObject({ code: "ECONNREFUSED" });
  });
});

describe.each<FailoverKind>(["demote", "stop", "kill"])(
  "a failover under traffic, by %s",
  (kind) => {
    it("loses no commit that was confirmed", async () => {
      const confirmed: number[] = [];
      /** Inserts until its session cannot any more. */
      const insert = async (): Promise<void> => {
        const session = await sessions.open(servers.url);
        for (;;) {
          const { rows } = await session.query<{ id: number }>(`${INSERT} RETURNING id`);
          for (const { id } of rows) confirmed.push(id);
        }
      };
      const traffic = Promise.allSettled([1, 2, 3, 4].map(insert));
      while (confirmed.length < 100) await setTimeout(1);
      await servers.failover(kind);
      await traffic;

      const session = await sessions.open(servers.url);
      const { rows } = await session.query<{ id: number }>("SELECT id FROM kept");
      const present = new Set(rows.map(({ id }) => id));
      expect(confirmed.filter((id) => !present.has(id))).toEqual([]);
    });
  },
);
