import { mkdtemp, readdir, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { setTimeout as sleep } from "node:timers/promises";

import {
  CompleteMultipartUploadCommand,
  CreateMultipartUploadCommand,
  UploadPartCommand,
} from "@aws-sdk/client-s3";
import { afterAll, beforeAll, describe, expect, it } from "@jest/globals";
import { type S3Server } from "@repo/s3-contract";
import { sdkClient, send } from "@repo/s3-contract/requests";

import { KEYS, Run, serverAt } from "./support/program.js";
import { BUCKET } from "./support/test-server.js";

/** Some in every run of the tests; `test:kill` does fifty. */
const ROUNDS = Number(process.env["TEST_KILL_ROUNDS"] ?? 4);
const TIMEOUT_MS = 60_000 + ROUNDS * 20_000;
const WRITERS = 6;
const KEYS_PER_WRITER = 3;
const PART_BYTES = 5 * 1024 * 1024;

/** A body that tells its own version and length, so that a part of it, or a mixture, shows. */
function bodyOf(version: number): Buffer {
  const size = 1 + ((version * 7_919) % 400_000);
  return Buffer.alloc(size, `${version} of ${size} bytes; `);
}

/** What each key may hold after a crash: the version acknowledged last, or one sent since. */
class Ledger {
  readonly #acknowledged = new Map<string, number>();
  readonly #sent = new Map<string, number>();
  #version = 0;

  begin(key: string): number {
    this.#sent.set(key, ++this.#version);
    return this.#version;
  }

  acknowledge(key: string, version: number): void {
    this.#acknowledged.set(key, version);
  }

  /** What was found is the truth from which the next round goes on. */
  settle(key: string, version: number): void {
    this.#acknowledged.set(key, version);
  }

  get keys(): string[] {
    return [...this.#sent.keys()];
  }

  range(key: string): { oldest: number; newest: number } {
    return { oldest: this.#acknowledged.get(key) ?? 0, newest: this.#sent.get(key) ?? 0 };
  }
}

async function putWhole(server: S3Server, key: string, body: Buffer): Promise<boolean> {
  const reply = await send(server, { method: "PUT", path: `/${BUCKET}/${key}`, body });
  return reply.status === 200;
}

async function putInParts(server: S3Server, key: string, body: Buffer): Promise<boolean> {
  const client = sdkClient(server);
  try {
    const target = { Bucket: BUCKET, Key: key };
    const { UploadId } = await client.send(new CreateMultipartUploadCommand(target));
    const upload = { ...target, UploadId };
    const Parts = [];
    for (const [index, Body] of [
      body.subarray(0, PART_BYTES),
      body.subarray(PART_BYTES),
    ].entries()) {
      const PartNumber = index + 1;
      const { ETag } = await client.send(new UploadPartCommand({ ...upload, PartNumber, Body }));
      Parts.push({ ETag, PartNumber });
    }
    await client.send(
      new CompleteMultipartUploadCommand({ ...upload, MultipartUpload: { Parts } }),
    );
    return true;
  } finally {
    client.destroy();
  }
}

describe("killed amid writes, the program", () => {
  let dataDir: string;
  beforeAll(async () => {
    dataDir = await mkdtemp(join(tmpdir(), "local-s3-kill-"));
  });
  afterAll(() => rm(dataDir, { recursive: true, force: true }));

  it(
    `keeps what it acknowledged and shows no partial object, ${ROUNDS} times`,
    async () => {
      const ledger = new Ledger();
      let cut = 0;
      for (let round = 0; round < ROUNDS; round++) {
        const run = new Run(["--data", dataDir, ...KEYS, "--bucket", BUCKET]);
        try {
          const server = serverAt(await run.port());
          expect(await readdir(join(dataDir, "tmp"))).toEqual([]);
          await verify(server, ledger);
          const writers = Array.from({ length: WRITERS }, (_, writer) =>
            write(server, ledger, writer),
          );
          // From before the first write has come to its end to long after.
          await sleep(3 + ((round * 37) % 120));
          run.process.kill("SIGKILL");
          const outcomes = await Promise.allSettled(writers);
          cut += outcomes.filter(({ status }) => status === "rejected").length;
        } finally {
          run.process.kill("SIGKILL");
          await run.ended;
        }
      }
      expect(cut).toBe(ROUNDS * WRITERS);

      const run = new Run(["--data", dataDir, ...KEYS]);
      await verify(serverAt(await run.port()), ledger);
      run.process.kill("SIGTERM");
      await run.ended;
    },
    TIMEOUT_MS,
  );
});

/** Writes until the server is gone; the last of the writers in parts. */
async function write(server: S3Server, ledger: Ledger, writer: number): Promise<never> {
  for (let turn = 0; ; turn++) {
    const key = `${writer}/${turn % KEYS_PER_WRITER}`;
    const version = ledger.begin(key);
    const inParts = writer === WRITERS - 1;
    const body = inParts
      ? Buffer.concat([Buffer.alloc(PART_BYTES), bodyOf(version)])
      : bodyOf(version);
    const stored = await (inParts ? putInParts : putWhole)(server, key, body);
    if (!stored) throw new Error(`${key} was refused`);
    ledger.acknowledge(key, version);
  }
}

/** Every key holds a whole version that it may hold, and nothing else is listed. */
async function verify(server: S3Server, ledger: Ledger): Promise<void> {
  const listing = await send(server, { method: "GET", path: `/${BUCKET}`, query: "list-type=2" });
  const listed = [...listing.text.matchAll(/<Key>([^<]*)<\/Key>/g)].map(([, key = ""]) => key);
  expect(ledger.keys).toEqual(expect.arrayContaining(listed));
  for (const key of ledger.keys) {
    const { oldest, newest } = ledger.range(key);
    const { status, body } = await send(server, { method: "GET", path: `/${BUCKET}/${key}` });
    expect(listed.includes(key)).toBe(status === 200);
    if (status === 404) {
      expect(oldest).toBe(0);
      continue;
    }
    const tail = key.startsWith(`${WRITERS - 1}/`) ? body.subarray(PART_BYTES) : body;
    const version = Number(/^\d+/.exec(tail.subarray(0, 20).toString())?.[0]);
    expect(tail.equals(bodyOf(version))).toBe(true);
    expect(version).toBeGreaterThanOrEqual(oldest);
    expect(version).toBeLessThanOrEqual(newest);
    ledger.settle(key, version);
  }
}
