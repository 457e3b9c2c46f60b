import { spawn } from "node:child_process";
import { once } from "node:events";
import { createInterface } from "node:readline";
import { setTimeout as pause } from "node:timers/promises";
import { fileURLToPath } from "node:url";

import { afterAll, beforeAll, beforeEach, describe, expect, it } from "@jest/globals";
import { QueryTypes } from "sequelize";

import type { MediaScope } from "../../src/index.js";
import { collect, sha256 } from "../support/bytes.js";
import { type Harness, openHarness } from "../support/harness.js";
import { sampleOf, uploadSample } from "../support/samples.js";
import { poolerOf, services } from "../support/services.js";
import { expireUnfinished } from "../support/unfinished.js";

const CHILD = fileURLToPath(new URL("../fixtures/in-transaction.mjs", import.meta.url));

let harness: Harness;
let scope: MediaScope;
let userId: string;
let sample: Awaited<ReturnType<typeof sampleOf>>;
let fileId: string;

beforeAll(async () => {
  harness = await openHarness();
  userId = await harness.addUser();
  scope = harness.store.forUser(userId);
  sample = await sampleOf("mp3");
});

beforeEach(async () => {
  await harness.database.query("DELETE FROM audio; DELETE FROM object_store_journal");
  await harness.s3.deleteMany(await harness.keys());
  fileId = (await uploadSample(scope, sample)).file.id;
});

afterAll(async () => {
  await harness.close();
});

/** Runs an action in a process of its own and kills it at a step: gives the file it told of. */
async function killedAt(
  stopAt: "open" | "committed" | "S3",
  action: "upload" | "delete" | "setTranscript",
): Promise<string> {
  const { endpoint, region, accessKeyId, secretAccessKey } = services().s3;
  const task = {
    databaseUrl: harness.databaseUrl,
    pooler: poolerOf(),
    s3: {
      bucket: harness.s3.bucket,
      client: {
        endpoint,
        region,
        credentials: { accessKeyId, secretAccessKey },
        forcePathStyle: true,
      },
    },
    userId,
    action,
    fileId,
    path: sample.path,
    stopAt,
  };
  const child = spawn(process.execPath, ["--no-warnings", CHILD, JSON.stringify(task)], {
    stdio: ["ignore", "pipe", "inherit"],
  });
  const closed = once(child, "close");
  const [line] = (await once(createInterface(child.stdout), "line")) as [string];
  child.kill("SIGKILL");
  await closed;
  await transactionsGone();
  return (JSON.parse(line) as { id?: string }).id ?? fileId;
}

/**
 * PostgreSQL ends a transaction once it notices that its client is gone. A pooler keeps its sessions,
 * and the last client's name with them.
 */
async function transactionsGone(): Promise<void> {
  for (;;) {
    const backends = await harness.database.query(
      `SELECT pid FROM pg_stat_activity
       WHERE application_name = 'in-transaction' AND datname = current_database()
         AND state <> 'idle' AND pid <> pg_backend_pid()`,
      { type: QueryTypes.SELECT },
    );
    if (backends.length === 0) return;
    await pause(20);
  }
}

async function sweepAsIfLater(): Promise<void> {
  for (let round = 0; round < 2; round += 1) {
    await expireUnfinished(harness.database);
    await harness.maintenance.sweep();
  }
}

async function expectIntact(id: string): Promise<void> {
  const { stream } = await scope.audio.download(id);
  expect(sha256(await collect(stream))).toBe(sha256(sample.bytes));
}

const objects = async (): Promise<number> => (await harness.keys()).length;

describe("a process that is killed with a transaction of its caller's", () => {
  it("before the commit leaves no upload", async () => {
    const id = await killedAt("open", "upload");
    await expect(scope.audio.get(id)).rejects.toMatchObject({ code: "file_not_found" });
    await sweepAsIfLater();
    expect(await harness.rows()).toMatchObject([{ id: fileId, state: "file" }]);
    expect(await objects()).toBe(1);
  });

  it("after the commit leaves the upload whole", async () => {
    const id = await killedAt("committed", "upload");
    await sweepAsIfLater();
    await expectIntact(id);
    expect(await objects()).toBe(2);
  });

  it("before the commit of a deletion leaves the file whole", async () => {
    await killedAt("open", "delete");
    await sweepAsIfLater();
    await expectIntact(fileId);
  });

  it("between the commit of a deletion and S3 leaves the rest to the sweep", async () => {
    await killedAt("S3", "delete");
    await expect(scope.audio.get(fileId)).rejects.toMatchObject({ code: "file_not_found" });
    expect(await objects()).toBe(1);
    await sweepAsIfLater();
    expect(await harness.rows()).toEqual([]);
    expect(await objects()).toBe(0);
  });

  it("before the commit of a new transcript leaves the old one, and after it the new one", async () => {
    await scope.audio.setTranscript(fileId, "before");
    await killedAt("open", "setTranscript");
    expect((await scope.audio.get(fileId)).transcript).toBe("before");
    await killedAt("committed", "setTranscript");
    expect((await scope.audio.get(fileId)).transcript).toBe("changed");
  });
});
