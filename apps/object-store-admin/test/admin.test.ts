import { execFile } from "node:child_process";
import { once } from "node:events";
import { mkdtemp, rm } from "node:fs/promises";
import { createServer } from "node:http";
import { type AddressInfo, connect, type Socket } from "node:net";
import { tmpdir } from "node:os";
import { join } from "node:path";

import { afterAll, beforeAll, describe, expect, it } from "@jest/globals";
import { createDatabase } from "@repo/database";
import { type LocalServices, startLocalServices } from "@repo/local-services";
import { objectStoreProvider } from "@repo/object-store";
import { sizedMedia } from "@repo/sample-media";
import { S3Provider } from "@repo/s3-provider";

import { jsonOf, PROGRAM, type Run, runProgram } from "./support/program.js";

const USER = "0190f0f0-0000-7000-8000-000000000001";

let folder: string;
let services: LocalServices;
let environment: Record<string, string>;

function admin(...parameters: string[]): Promise<Run> {
  return runProgram(environment, ...parameters);
}

/** Runs a command until it has printed something, and then presses Ctrl-C. */
function interruptedAtFirstLine(...parameters: string[]): Promise<Pick<Run, "stdout" | "stderr">> {
  return new Promise((resolve) => {
    const child = execFile(
      process.execPath,
      [PROGRAM, ...parameters],
      { env: environment },
      (_error, stdout, stderr) => {
        resolve({ stdout, stderr });
      },
    );
    child.stdout?.once("data", () => child.kill("SIGINT"));
  });
}

function jsonLines(...parameters: string[]): Promise<Record<string, unknown>[]> {
  return jsonOf(environment, ...parameters);
}

beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), "object-store-admin-"));
  services = await startLocalServices({ dataDir: folder, bucket: "media", durable: false });
  const { databaseUrl, s3 } = services;
  environment = {
    DATABASE_URL: databaseUrl,
    S3_ENDPOINT: s3.endpoint,
    S3_BUCKET: s3.bucket,
    S3_ACCESS_KEY_ID: s3.accessKeyId,
    S3_SECRET_ACCESS_KEY: s3.secretAccessKey,
  };
});

afterAll(async () => {
  await services.stop();
  await rm(folder, { recursive: true, force: true });
});

function openBucket(): S3Provider {
  const { bucket, accessKeyId, secretAccessKey, ...client } = services.s3;
  return new S3Provider({
    bucket,
    client: { ...client, credentials: { accessKeyId, secretAccessKey } },
  });
}

/** The keys of all images, in their order, and the bucket that has them. */
async function storedImages(): Promise<{ provider: S3Provider; keys: string[] }> {
  const provider = openBucket();
  const keys: string[] = [];
  for await (const { key } of provider.list({ prefix: "images/" })) keys.push(key);
  return { provider, keys };
}

/** Stores an image of the user. */
async function storeImage(): Promise<void> {
  const database = createDatabase({ url: services.databaseUrl });
  const provider = openBucket();
  await database.query(
    `INSERT INTO users (id, email, created_at, updated_at)
     VALUES ('${USER}', 'a@example.com', now(), now()) ON CONFLICT DO NOTHING`,
  );
  const scope = objectStoreProvider({ database, s3: provider }).forUser(USER);
  await scope.images.upload({ body: sizedMedia("png", 40_000) });
  provider.destroy();
  await database.close();
}

describe("object-store-admin", () => {
  it("refuses what it does not know, and says what there is", async () => {
    for (const parameters of [
      ["frobnicate"],
      ["sweep", "--fix"],
      ["erase", "someone"],
      ["usage", "--owner", "7"],
      ["migrate", "up", "--down"],
      ["migrate", "sql", "--yes"],
      ["migrate", "sql", "--from", "object-store/0000-nothing"],
    ]) {
      const { code, stdout, stderr } = await admin(...parameters);
      expect({ code, stdout }).toEqual({ code: 2, stdout: "" });
      expect(stderr).toContain("Run with --help for the options.");
    }
  });

  it("names the variables that are missing, never their values", async () => {
    for (const command of ["sweep", "usage"]) {
      const { code, stderr } = await runProgram({ ...environment, S3_BUCKET: "" }, command);
      expect(code).toBe(2);
      expect(stderr).toContain("S3_BUCKET is not set");
      expect(stderr).not.toContain(environment["S3_SECRET_ACCESS_KEY"]);
    }
  });

  it.each([
    [{ S3_REQUESTS: "[1]" }, 2, "S3_REQUESTS must be a JSON object"],
    [{ S3_REQUESTS: "{" }, 2, "S3_REQUESTS must be a JSON object"],
    [{ S3_REQUESTS: '{"acl":"private"}' }, 2, 'unknown field "acl"; known are '],
    [{ TABLE_NAMES: '{"image":"pictures"}' }, 2, "TABLE_NAMES has names for images, audio, "],
    [{ TABLE_NAMES: '{"images":""}' }, 2, "tables.images must be a name"],
    [{ OWNER_TYPE: "integer" }, 2, "OWNER_TYPE needs OWNER_TABLE"],
    [{ LEASE_SECONDS: "ten" }, 2, "LEASE_SECONDS must be a whole number"],
    [{ LEASE_SECONDS: "5" }, 2, "leaseSeconds must be a whole number from 10"],
    [{ OWNER_TYPE: "float", OWNER_TABLE: "accounts.id" }, 2, "owner.type must be one of uuid"],
    [{ OWNER_TABLE: "a.b.c.d" }, 2, "OWNER_TABLE must be table.column"],
    [{ S3_SECRET_ACCESS_KEY: "" }, 2, "S3_SECRET_ACCESS_KEY is not set"],
    [{ S3_ENDPOINT: "" }, 2, "The region is not known: set S3_REGION"],
    [{ S3_PROXY: "proxy:8080" }, 2, "S3_PROXY must be a URL"],
  ])("refuses %p", async (wrong, expected, message) => {
    const { code, stderr } = await runProgram({ ...environment, ...wrong }, "sweep");
    expect(code).toBe(expected);
    expect(stderr).toContain(message);
  });

  it("says what to do when a server cannot be reached", async () => {
    const url = "postgresql://nobody@127.0.0.1:1/nothing";
    const { code, stderr } = await runProgram({ ...environment, DATABASE_URL: url }, "usage");
    expect(code).toBe(1);
    expect(stderr).toContain("Check that PostgreSQL runs at DATABASE_URL");
  });

  it("migrates, and finds its way on tables that are not there", async () => {
    const before = await admin("usage");
    expect(before.code).toBe(1);
    expect(before.stderr).toContain('Run "migrate up" first');
    expect((await admin("migrate", "status")).code).toBe(3);

    const up = await admin("migrate", "up");
    expect(up).toMatchObject({ code: 0, stderr: "" });
    expect(up.stdout).toContain("applied object-store/0001-create-images");
    expect((await admin("migrate", "status")).code).toBe(0);
    expect((await admin("migrate", "down")).code).toBe(2);

    expect((await admin("migrate", "down", "--yes")).code).toBe(0);
    expect(await jsonLines("migrate", "status")).toContainEqual(
      expect.objectContaining({ event: "report", pending: 1 }),
    );
    expect((await admin("migrate", "up")).code).toBe(0);
  });

  it("counts, verifies, sweeps and audits, in a pipe without colors and progress", async () => {
    await storeImage();
    expect(await jsonLines("usage")).toMatchObject([
      {
        ...{ event: "report", images: { files: 1, bytes: 40_000 }, audio: { files: 0 } },
        ...{ versioning: "off", objectLock: "off" },
      },
    ]);
    for (const command of ["usage", "audit"]) {
      expect((await admin(command)).stdout).toContain("bucket  versioning off, Object Lock off");
    }
    for (const command of ["verify", "sweep", "audit"]) {
      const run = await admin(command);
      expect(run).toMatchObject({ code: 0, stderr: "" });
      expect(run.stdout).not.toContain("\u001B");
      const quiet = { code: 0, stdout: "", stderr: "" };
      expect(await admin(command, "--quiet")).toMatchObject(quiet);
    }
    expect(await jsonLines("verify")).toMatchObject([{ event: "report", files: 1, corrupt: 0 }]);
  });

  it("reaches the bucket through a proxy, with what the bucket demands", async () => {
    const tunnels: string[] = [];
    const proxy = createServer().on("connect", (request, client: Socket) => {
      tunnels.push(request.url ?? "");
      const { hostname, port } = new URL(services.s3.endpoint);
      const server = connect(Number(port), hostname);
      client.write("HTTP/1.1 200 Connection established\r\n\r\n");
      server.pipe(client).pipe(server);
    });
    await once(proxy.listen(0, "127.0.0.1"), "listening");
    const S3_PROXY = `http://127.0.0.1:${(proxy.address() as AddressInfo).port}`;
    try {
      const through = { ...environment, S3_PROXY };
      expect(await runProgram(through, "audit")).toMatchObject({ code: 0, stderr: "" });
      expect(new Set(tunnels)).toEqual(new Set([new URL(services.s3.endpoint).host]));
      // Which this server refuses to be asked for.
      const S3_REQUESTS = '{"RequestPayer":"requester"}';
      expect(await runProgram({ ...through, S3_REQUESTS }, "audit")).toMatchObject({ code: 1 });
    } finally {
      proxy.close();
    }
  });

  it("exits with 3 while an audit finds what it was not told to mend", async () => {
    await storeImage();
    const { provider, keys } = await storedImages();
    const lost = keys.at(-1) ?? "";
    await provider.delete(lost);
    provider.destroy();

    const found = await admin("audit");
    expect(found.code).toBe(3);
    expect(found.stdout).toContain(`no object     ${lost}`);
    expect(await admin("audit", "--quiet")).toMatchObject({ code: 3, stdout: found.stdout });
    expect((await admin("verify")).code).toBe(3);
    const fixed = await admin("audit", "--fix");
    expect(fixed.code).toBe(0);
    expect(fixed.stdout).toContain("quarantined");
    expect((await admin("audit")).code).toBe(0);
  });

  it("erases a user only when it is sure, and prints a receipt", async () => {
    const unsure = await admin("erase", USER);
    expect(unsure.code).toBe(2);
    expect(unsure.stderr).toContain("--yes");
    expect(await jsonLines("usage", "--owner", USER)).toMatchObject([{ images: { files: 1 } }]);

    const lines = await jsonLines("erase", USER, "--yes");
    expect(lines).toContainEqual(
      expect.objectContaining({ event: "line", was: "file", outcome: "erased", byteSize: 40_000 }),
    );
    expect(lines.at(-1)).toMatchObject({ event: "report", userId: USER, versioning: "off" });
    expect(await jsonLines("usage", "--owner", USER)).toMatchObject([{ images: { files: 0 } }]);
  });

  it("says where to go on when a verification is interrupted", async () => {
    await storeImage();
    await storeImage();
    const { provider, keys } = await storedImages();
    await provider.delete(keys[0] ?? "");
    provider.destroy();
    // Slow enough to be interrupted at the second file.
    const { stderr } = await interruptedAtFirstLine("verify", "--bytes-per-second", "1000");
    const [, cursor = ""] = /^Go on with: verify --cursor (\S+)$/m.exec(stderr) ?? [];
    expect(await jsonLines("verify", "--cursor", cursor)).toMatchObject([
      { event: "report", files: 1, corrupt: 0 },
    ]);
  });

  it("strips stored files, and knows which it has seen", async () => {
    // One of the files has no object any more.
    const finding = { event: "finding", kind: "image", code: "storage_error" };
    const [first, last] = await jsonLines("strip", "all");
    expect(first).toMatchObject(finding);
    expect(last).toMatchObject({ event: "report", failed: 1, cursor: null });
    expect(await jsonLines("strip", "all")).toMatchObject([
      finding,
      { event: "report", files: 1, stripped: 0, failed: 1 },
    ]);
    expect(await admin("strip")).toMatchObject({ code: 2 });
  });

  it("prints each line of an erasure when it is true, also of one that fails later", async () => {
    const database = createDatabase({ url: services.databaseUrl });
    // Images go before audio.
    await database.query("ALTER TABLE audio RENAME COLUMN user_id TO hidden");
    const failed = await admin("erase", USER, "--yes");
    await database.query("ALTER TABLE audio RENAME COLUMN hidden TO user_id");
    await database.close();
    expect(failed.code).toBe(1);
    expect(failed.stdout.match(/^erased +images/gm)).toHaveLength(2);
  });
});
