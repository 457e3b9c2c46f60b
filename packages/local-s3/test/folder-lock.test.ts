import { mkdtemp, rm, symlink } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";

import { afterEach, beforeEach, describe, expect, it } from "@jest/globals";
import { send } from "@repo/s3-contract/requests";

import { type LocalS3, startLocalS3 } from "../src/index.js";
import { KEYS, Run, serverAt } from "./support/program.js";
import { BUCKET, CREDENTIALS } from "./support/test-server.js";

describe("a data folder", () => {
  let parent: string;
  let dataDir: string;
  let errors: unknown[];
  const servers: LocalS3[] = [];
  const runs: Run[] = [];
  beforeEach(async () => {
    parent = await mkdtemp(join(tmpdir(), "local-s3-lock-"));
    dataDir = join(parent, "data");
    errors = [];
  });
  afterEach(async () => {
    for (const server of servers.splice(0)) await server.close();
    for (const run of runs.splice(0)) {
      run.process.kill("SIGKILL");
      await run.ended;
    }
    await rm(parent, { recursive: true, force: true });
  });

  async function start(folder = dataDir, port = 0): Promise<LocalS3> {
    const onError = (error: unknown) => errors.push(error);
    const options = { dataDir: folder, port, ...CREDENTIALS, buckets: [BUCKET], onError };
    const server = await startLocalS3({ durable: false, ...options });
    servers.push(server);
    return server;
  }

  function run(): Run {
    const started = new Run(["--data", dataDir, ...KEYS, "--bucket", BUCKET]);
    runs.push(started);
    return started;
  }

  it("has one server, under whatever name, and names its process to the second", async () => {
    const first = await start();
    const alias = join(parent, "alias");
    await symlink(dataDir, alias);
    const holder = `in use by another local-s3, process ${process.pid}`;
    await expect(start(alias)).rejects.toThrow(holder);
    const second = run();
    expect(await second.ended).toMatchObject({ code: 1 });
    expect(second.stderr).toContain(holder);
    await send(first, { method: "PUT", path: `/${BUCKET}/key`, body: "still served" });
    expect((await send(first, { method: "GET", path: `/${BUCKET}/key` })).text).toBe(
      "still served",
    );
  });

  it("is free again once its server has closed, was killed, or did not start", async () => {
    const first = await start();
    await first.close();
    const killed = run();
    const port = await killed.port();
    killed.process.kill("SIGKILL");
    await killed.ended;
    const blocker = await start(join(parent, "other"), port);
    await expect(start(dataDir, blocker.port)).rejects.toMatchObject({ code: "EADDRINUSE" });
    await start();
  });

  it("has one server when several start at once", async () => {
    const starts = [run(), run(), run(), run()];
    const ports = await Promise.allSettled(starts.map((each) => each.port()));
    const winners = starts.filter((_, index) => ports[index]?.status === "fulfilled");
    expect(winners).toHaveLength(1);
    const losers = starts.filter((each) => each !== winners[0]);
    for (const loser of losers) {
      expect(loser.stderr).toContain(`process ${winners[0]?.process.pid}`);
    }
  });

  it("that is deleted under its server makes every request fail with the reason", async () => {
    const first = await start();
    const get = { method: "GET", path: `/${BUCKET}/key` };
    await send(first, { ...get, method: "PUT", body: "x" });
    await rm(dataDir, { recursive: true });
    for (const request of [get, { ...get, method: "PUT", body: "y" }, { ...get, path: "/" }]) {
      const reply = await send(first, request);
      expect(reply).toMatchObject({ status: 500, code: "InternalError" });
      expect(reply.text).toContain(`data folder was deleted while the server runs: ${dataDir}`);
    }
    expect(errors).toHaveLength(3);
    const second = await start();
    expect(await send(second, get)).toMatchObject({ status: 404, code: "NoSuchKey" });
    expect(await send(first, get)).toMatchObject({ status: 500, code: "InternalError" });
  });
});

describe("the program whose data folder is deleted", () => {
  it("says so on standard error", async () => {
    const parent = await mkdtemp(join(tmpdir(), "local-s3-lock-"));
    const dataDir = join(parent, "data");
    const run = new Run(["--data", dataDir, ...KEYS, "--bucket", BUCKET]);
    try {
      const port = await run.port();
      await rm(dataDir, { recursive: true });
      await send(serverAt(port), { method: "GET", path: `/${BUCKET}/key` });
      run.process.kill("SIGTERM");
      expect(await run.ended).toMatchObject({ code: 0 });
      expect(run.stderr).toContain(`data folder was deleted while the server runs: ${dataDir}`);
    } finally {
      run.process.kill("SIGKILL");
      await rm(parent, { recursive: true });
    }
  });
});
