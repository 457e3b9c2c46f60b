import { readdir, readlink } from "node:fs/promises";
import { connect } from "node:net";

import { afterAll, beforeAll, describe, expect, it } from "@jest/globals";
import { send, signRequest } from "@repo/s3-contract/requests";

import { BUCKET, startTestServer, type TestServer } from "./support/test-server.js";

const PATH = `/${BUCKET}/large`;
const ON_LINUX = process.platform === "linux";

/** Files below the data folder that this process holds open, but for the folder of the lock. */
async function openObjectFiles({ dataDir }: TestServer): Promise<number> {
  const targets = await Promise.all(
    (await readdir("/proc/self/fd")).map((fd) => readlink(`/proc/self/fd/${fd}`).catch(() => "")),
  );
  return targets.filter((target) => target.startsWith(`${dataDir}/buckets/`)).length;
}

(ON_LINUX ? describe : describe.skip)("a client that goes away", () => {
  let server: TestServer;
  beforeAll(async () => {
    server = await startTestServer();
    await send(server, { method: "PUT", path: PATH, body: Buffer.alloc(8_000_000) });
  });
  afterAll(() => server.stop());

  it.each(["at once", "after the first bytes"])("leaves no file open: %s", async (when) => {
    for (let times = 0; times < 20; times++) {
      const socket = connect(server.port, "127.0.0.1");
      socket.on("error", () => {
        socket.destroy();
      });
      const { headers } = signRequest(server, { method: "GET", path: PATH });
      const lines = Object.entries(headers).map(([name, value]) => `${name}: ${value}\r\n`);
      socket.write(`GET ${PATH} HTTP/1.1\r\n${lines.join("")}\r\n`);
      await new Promise((resolve) => socket.once(when === "at once" ? "connect" : "data", resolve));
      await new Promise(setImmediate);
      socket.resetAndDestroy();
    }
    for (let tries = 0; tries < 200 && (await openObjectFiles(server)) > 0; tries++) {
      await new Promise((resolve) => setTimeout(resolve, 10));
    }
    expect(await openObjectFiles(server)).toBe(0);
  });
});
