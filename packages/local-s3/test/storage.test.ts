import { mkdir, readdir, rm, stat, writeFile } from "node:fs/promises";
import { connect } from "node:net";
import { join } from "node:path";

import { afterEach, beforeEach, describe, expect, it } from "@jest/globals";
import { send, signRequest } from "@repo/s3-contract/requests";

import { BUCKET, startTestServer, type TestServer } from "./support/test-server.js";

/** Unreserved characters stay, everything else is escaped: the canonical encoding of a path. */
function encodeKey(key: string): string {
  return [...Buffer.from(key)]
    .map((byte) => {
      const character = String.fromCharCode(byte);
      return /[\w.~/-]/.test(character)
        ? character
        : `%${byte.toString(16).toUpperCase().padStart(2, "0")}`;
    })
    .join("");
}

const ODD_KEYS = [
  "../../etc/passwd",
  "..",
  ".",
  "/leading",
  "trailing/",
  "a//b",
  "a/../b",
  "a b+c%20~!*'()",
  "ünïcödé 文件 🎵",
  "e\u0301 is not \u00e9",
  "\u00e9 is not e\u0301",
  "CASE",
  "case",
  "con\u0001trol\ttab\nline",
  "nul\u0000byte",
  "<&>\"'",
  "upload.json",
  "k6162",
  "x".repeat(1024),
  `${"x".repeat(1023)}y`,
  "deep/".repeat(200),
];

describe("the store", () => {
  let server: TestServer;
  beforeEach(async () => {
    server = await startTestServer();
  });
  afterEach(() => server.stop());

  const put = (key: string, body: string) =>
    send(server, { method: "PUT", path: `/${BUCKET}/${encodeKey(key)}`, body });
  const get = (key: string) =>
    send(server, { method: "GET", path: `/${BUCKET}/${encodeKey(key)}` });
  const listedKeys = async () => {
    const query = "encoding-type=url&list-type=2";
    const { text } = await send(server, { method: "GET", path: `/${BUCKET}`, query });
    return [...text.matchAll(/<Key>([^<]*)<\/Key>/g)].map(([, key = ""]) =>
      decodeURIComponent(key.replaceAll("+", " ")),
    );
  };
  const temporaries = () => readdir(join(server.dataDir, "tmp"));

  async function restart(): Promise<void> {
    const { dataDir } = server;
    await server.close();
    server = await startTestServer({ dataDir });
  }

  it("keeps odd keys apart, lists them, and keeps all of them in its folder", async () => {
    const { dataDir } = server;
    await server.close();
    server = await startTestServer({ dataDir: join(dataDir, "inner", "most") });
    for (const key of ODD_KEYS) expect((await put(key, `body of ${key}`)).status).toBe(200);
    const inByteOrder = [...ODD_KEYS].sort((a, b) =>
      Buffer.compare(Buffer.from(a), Buffer.from(b)),
    );
    for (const times of [1, 2]) {
      for (const key of ODD_KEYS) expect((await get(key)).text).toBe(`body of ${key}`);
      expect(await listedKeys()).toEqual(inByteOrder);
      if (times === 1) await restart();
    }
    const objects = await readdir(join(server.dataDir, "buckets", BUCKET, "objects"));
    expect(objects).toHaveLength(ODD_KEYS.length);
    for (const name of objects) expect(name).toMatch(/^[kh][0-9a-f]{2,240}$/);
    expect(await readdir(join(dataDir, "inner"))).toEqual(["most"]);
    await rm(dataDir, { recursive: true });
  });

  it("lets nobody but its owner look into its folder, whatever the umask", async () => {
    const umask = process.umask(0);
    try {
      await put("private", "x");
      const query = "uploads=";
      await send(server, { method: "POST", path: `/${BUCKET}/private`, query });
      const names = await readdir(server.dataDir, { recursive: true, withFileTypes: true });
      const open = [];
      for (const entry of names) {
        const { mode } = await stat(join(entry.parentPath, entry.name));
        if ((mode & 0o077) !== 0) open.push(entry.name);
      }
      expect(names.length).toBeGreaterThan(6);
      expect(open).toEqual([]);
    } finally {
      process.umask(umask);
    }
  });

  it("removes at start what a killed process left unfinished", async () => {
    await writeFile(join(server.dataDir, "tmp", "unfinished"), "half an object");
    await mkdir(join(server.dataDir, "tmp", "folder", "deeper"), { recursive: true });
    await restart();
    expect(await temporaries()).toEqual([]);
  });

  it("ignores files that are not its own", async () => {
    await writeFile(join(server.dataDir, "buckets", BUCKET, "objects", ".DS_Store"), "x");
    await writeFile(join(server.dataDir, "buckets", ".DS_Store"), "x");
    await restart();
    expect(await listedKeys()).toEqual([]);
  });

  it("leaves the old object whole and nothing new when an upload breaks off", async () => {
    await put("whole", "old");
    const socket = await beginUpload("whole", 1_000_000, Buffer.alloc(300_000));
    await eventually(async () => (await temporaries()).length > 0);
    socket.resetAndDestroy();
    await eventually(async () => (await temporaries()).length === 0);
    expect((await get("whole")).text).toBe("old");
    const fresh = await beginUpload("fresh", 1000, Buffer.alloc(10));
    await eventually(async () => (await temporaries()).length > 0);
    fresh.end();
    await eventually(async () => (await temporaries()).length === 0);
    expect((await get("fresh")).status).toBe(404);
  });

  async function beginUpload(key: string, length: number, start: Buffer) {
    const path = `/${BUCKET}/${key}`;
    const { headers } = signRequest(
      server,
      { method: "PUT", path },
      { payloadHash: "UNSIGNED-PAYLOAD" },
    );
    const socket = connect(server.port, "127.0.0.1");
    socket.on("error", () => {
      socket.destroy();
    });
    const lines = Object.entries({ ...headers, "content-length": String(length) }).map(
      ([name, value]) => `${name}: ${value}`,
    );
    socket.write(`PUT ${path} HTTP/1.1\r\n${lines.join("\r\n")}\r\n\r\n`);
    socket.write(start);
    await new Promise((resolve) => socket.once("connect", resolve));
    return socket;
  }
});

async function eventually(condition: () => Promise<boolean>): Promise<void> {
  for (let tries = 0; tries < 500; tries++) {
    if (await condition()) return;
    await new Promise((resolve) => setTimeout(resolve, 10));
  }
  throw new Error("The condition was not met in time");
}
