import { mkdtemp, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";

import { afterAll, afterEach, beforeAll, describe, expect, it } from "@jest/globals";
import { type LocalPostgres, startLocalPostgres } from "@repo/local-services";

import { findPgBouncer, type PgBouncer, startPgBouncer } from "../src/index.js";
import { Sessions } from "./support.js";

const isInstalled = findPgBouncer() !== undefined;
const describeInstalled = isInstalled ? describe : describe.skip;
if (!isInstalled) console.warn("pgbouncer is not installed: its tests are skipped");

describeInstalled("PgBouncer in transaction mode", () => {
  const sessions = new Sessions();
  let dataDir: string;
  let postgres: LocalPostgres;
  let bouncer: PgBouncer;

  beforeAll(async () => {
    dataDir = await mkdtemp(join(tmpdir(), "pgbouncer-test-"));
    postgres = await startLocalPostgres({ dataDir, durable: false });
    bouncer = await startPgBouncer(postgres.url);
  });
  afterEach(() => sessions.close());
  afterAll(async () => {
    await bouncer.close();
    await postgres.stop("immediate");
    await rm(dataDir, { recursive: true });
  });

  it("leads to every database of the server", async () => {
    await postgres.createDatabase("other");
    const url = new URL(bouncer.url);
    url.pathname = "/other";
    const { rows } = await (await sessions.open(url.href)).query("SELECT current_database()");
    expect(rows).toEqual([{ current_database: "other" }]);
  });

  it("asks for the password", async () => {
    const url = new URL(bouncer.url);
    url.password = "guess";
    await expect(sessions.open(url.href)).rejects.toThrow("authentication failed");
  });

  it("refuses statement_timeout as a startup parameter", async () => {
    await expect(sessions.open(bouncer.url, { statement_timeout: 1000 })).rejects.toThrow(
      "unsupported startup parameter: statement_timeout",
    );
  });

  it("loses a named prepared statement when the next transaction gets another connection", async () => {
    const named = { name: "named", text: "SELECT 1 AS n" };
    const session = await sessions.open(bouncer.url);
    expect((await session.query(named)).rows).toEqual([{ n: 1 }]);

    const other = await sessions.open(bouncer.url);
    await other.query("BEGIN");
    await expect(session.query(named)).rejects.toMatchObject({ code: "26000" });
    await other.query("COMMIT");
  });

  it("gives a session another one's connection, with its settings, between transactions", async () => {
    const [one, two] = [await sessions.open(bouncer.url), await sessions.open(bouncer.url)];
    await one.query("SET search_path = leaked");
    const { rows } = await two.query("SHOW search_path");
    expect(rows).toEqual([{ search_path: "leaked" }]);
  });

  it("ends its sessions when it is closed, twice if asked to", async () => {
    const second = await startPgBouncer(postgres.url);
    const session = await sessions.open(second.url);
    await second.close();
    await second.close();
    await expect(session.query("SELECT 1")).rejects.toThrow();
    await expect(sessions.open(second.url)).rejects.toMatchObject({ code: "ECONNREFUSED" });
  });
});
