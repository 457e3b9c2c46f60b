import { stat } from "node:fs/promises";
import { join } from "node:path";

import { afterAll, afterEach, beforeAll, describe, expect, it } from "@jest/globals";

import { type LocalPostgres, PortInUseError } from "../src/index.js";
import { Scope } from "./support.js";

const scope = new Scope();
afterEach(() => scope.end());

describe("a server", () => {
  const shared = new Scope();
  let dataDir: string;
  let postgres: LocalPostgres;
  beforeAll(async () => {
    dataDir = await shared.dataDir();
    postgres = await shared.start(dataDir);
  });
  afterAll(() => shared.end());

  it("speaks UTF-8 in the same order on every machine, and UTC", async () => {
    const client = await scope.connect(postgres.url);
    const { rows } = await client.query(`
      SELECT datcollate, datlocale, lower('ÄÖ') AS lower, 'B' < 'a' AS bytewise,
        current_setting('server_encoding') AS encoding, current_setting('timezone') AS timezone
      FROM pg_database WHERE datname = current_database()
    `);
    expect(rows).toEqual([
      {
        datcollate: "C",
        datlocale: "C.UTF-8",
        lower: "äö",
        bytewise: true,
        encoding: "UTF8",
        timezone: expect.stringMatching(/UTC$/),
      },
    ]);
  });

  it("listens on loopback only, without a socket in the file system", async () => {
    const client = await scope.connect(postgres.url);
    const { rows } = await client.query(`
      SELECT current_setting('listen_addresses') AS addresses,
        current_setting('unix_socket_directories') AS sockets
    `);
    expect(rows).toEqual([{ addresses: "127.0.0.1", sockets: "" }]);
  });

  it("asks for the password, which only its owner can read", async () => {
    const url = new URL(postgres.url);
    url.password = "guess";
    await expect(scope.connect(url.href)).rejects.toMatchObject({ code: "28P01" });
    const { mode } = await stat(join(dataDir, "postgres", "cluster", "password"));
    expect(mode & 0o777).toBe(0o600);
  });

  it("makes and drops databases of any name, several at once", async () => {
    const names = ["plain", "with space", 'quo"te', "Größe", "100%", "d'oh"];
    const urls = await Promise.all(names.map((name) => postgres.createDatabase(name)));
    for (const [index, url] of urls.entries()) {
      const client = await scope.connect(url);
      const { rows } = await client.query("SELECT current_database() AS name");
      expect(rows).toEqual([{ name: names[index] }]);
    }
    await Promise.all(names.map((name) => postgres.dropDatabase(name)));
    await expect(scope.connect(urls[0] ?? "")).rejects.toMatchObject({ code: "3D000" });
  });

  it("copies a template", async () => {
    const template = await scope.connect(await postgres.createDatabase("template"));
    await template.query("CREATE TABLE copied AS SELECT 7 AS n");
    await template.end();
    const copy = await postgres.createDatabase("copy", { template: "template" });
    const { rows } = await (await scope.connect(copy)).query("SELECT n FROM copied");
    expect(rows).toEqual([{ n: 7 }]);
  });

  it("does not mind to drop a database that does not exist", async () => {
    await expect(postgres.dropDatabase("nothing")).resolves.toBeUndefined();
  });

  it("is refused a port that is taken", async () => {
    const other = await scope.dataDir();
    await expect(scope.start(other, postgres.port)).rejects.toThrow(PortInUseError);
  });
});

describe("starting and stopping", () => {
  it("keeps data and password over a clean stop and over a crash", async () => {
    const dataDir = await scope.dataDir();
    const first = await scope.start(dataDir);
    const client = await scope.connect(first.url);
    await client.query("CREATE TABLE kept AS SELECT 1 AS n");
    await Promise.all([first.stop(), first.stop()]);
    await expect(scope.connect(first.url)).rejects.toMatchObject({ code: "ECONNREFUSED" });

    const second = await scope.start(dataDir);
    await (await scope.connect(second.url)).query("INSERT INTO kept VALUES (2)");
    await second.stop("immediate");

    const third = await scope.start(dataDir, second.port);
    expect(third.url).toBe(second.url);
    const { rows } = await (await scope.connect(third.url)).query("SELECT n FROM kept ORDER BY n");
    expect(rows).toEqual([{ n: 1 }, { n: 2 }]);
  });
});
