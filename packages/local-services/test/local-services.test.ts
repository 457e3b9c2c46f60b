import { once } from "node:events";
import { readdir, stat } from "node:fs/promises";
import { type AddressInfo, createServer } from "node:net";
import { join } from "node:path";

import { afterEach, describe, expect, it } from "@jest/globals";

import { type LocalServices, startLocalServices } from "../src/index.js";
import { Scope } from "./support.js";

const scope = new Scope();
afterEach(() => scope.end());

async function start(dataDir: string, s3Port = 0): Promise<LocalServices> {
  const services = await startLocalServices({
    dataDir,
    bucket: "pictures",
    s3Port,
    durable: false,
  });
  scope.defer(() => services.stop());
  return services;
}

describe("startLocalServices", () => {
  it("starts both on loopback, and again with the data and credentials of the last time", async () => {
    const dataDir = await scope.dataDir();
    const first = await start(dataDir);
    await (await scope.connect(first.databaseUrl)).query("CREATE TABLE kept AS SELECT 1 AS n");
    const { endpoint, ...kept } = first.s3;
    expect(new URL(endpoint).hostname).toBe("127.0.0.1");
    expect((await fetch(`${endpoint}/pictures`)).status).toBe(403);
    const { mode } = await stat(join(dataDir, "s3-credentials.json"));
    expect(mode & 0o777).toBe(0o600);
    await Promise.all([first.stop(), first.stop()]);
    await expect(fetch(endpoint)).rejects.toThrow();

    const second = await start(dataDir);
    expect(second.s3).toMatchObject(kept);
    expect(new URL(second.databaseUrl).password).toBe(new URL(first.databaseUrl).password);
    const client = await scope.connect(second.databaseUrl);
    expect((await client.query("SELECT n FROM kept")).rows).toEqual([{ n: 1 }]);
  });

  it("stops PostgreSQL again when the S3 server cannot start", async () => {
    const dataDir = await scope.dataDir();
    const squatter = createServer().listen(0, "127.0.0.1");
    await once(squatter, "listening");
    scope.defer(async () => {
      squatter.close();
      await once(squatter, "close");
    });
    const { port } = squatter.address() as AddressInfo;
    await expect(start(dataDir, port)).rejects.toMatchObject({ code: "port_in_use", port });
    expect(await readdir(join(dataDir, "postgres", "cluster", "data"))).not.toContain(
      "postmaster.pid",
    );
  });
});
