import { createHash } from "node:crypto";
import { mkdtemp, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { Readable } from "node:stream";
import { setTimeout as sleep } from "node:timers/promises";

import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, it } from "@jest/globals";
import { sizedMedia } from "@repo/sample-media";

import { fromPath, type MediaBody } from "../../src/index.js";
import { type Harness, openHarness } from "../support/harness.js";
import { storageWith } from "../support/storage-with.js";

let harness: Harness;
let folder: string;

beforeAll(async () => {
  harness = await openHarness();
});
afterAll(() => harness.close());
beforeEach(async () => {
  folder = await mkdtemp(join(tmpdir(), "uploads-at-once-"));
});
afterEach(() => rm(folder, { recursive: true, force: true }));

/** Bytes of its own for each number. */
async function wav(number: number): Promise<Buffer> {
  const chunks: Uint8Array[] = [];
  for await (const chunk of sizedMedia("wav", 6_000_000 + 4 * number)) chunks.push(chunk);
  const bytes = Buffer.concat(chunks);
  bytes.fill(number, 4096);
  return bytes;
}

async function bodyOf(bytes: Buffer, number: number): Promise<MediaBody> {
  if (number % 4 === 0) return bytes;
  if (number % 4 === 1) return Readable.from([bytes]);
  const path = join(folder, `${number}.wav`);
  await writeFile(path, bytes);
  return fromPath(path);
}

/** So many at a time: one begins when another has ended. */
async function inTurn<Item, Result>(
  atOnce: number,
  items: readonly Item[],
  use: (item: Item, index: number) => Promise<Result>,
): Promise<Result[]> {
  const results: Result[] = [];
  const left = items.entries();
  const lane = async (): Promise<void> => {
    for (const [index, item] of left) results[index] = await use(item, index);
  };
  await Promise.all(Array.from({ length: atOnce }, lane));
  return results;
}

describe("large uploads at the same time", () => {
  it("keep their bytes apart, however long a connection holds on to a chunk", async () => {
    const slow = storageWith(harness.s3, {
      put: async ({ body, ...input }) => {
        const copies: Buffer[] = [];
        let held: Buffer | undefined;
        const letGo = async (milliseconds: number): Promise<void> => {
          await sleep(milliseconds);
          if (held !== undefined) copies.push(Buffer.from(held));
        };
        for await (const chunk of body as AsyncIterable<Buffer>) {
          await letGo(1);
          held = chunk;
        }
        await letGo(40);
        return harness.s3.put({ ...input, body: Buffer.concat(copies) });
      },
    });
    const { audio } = harness.storeWith({ s3: slow }).forSystem();
    const files = await Promise.all(Array.from({ length: 16 }, (_, number) => wav(number)));

    const results = await inTurn(4, files, async (bytes, number) =>
      audio.upload({ body: await bodyOf(bytes, number) }),
    );

    const hashes = files.map((bytes) => createHash("sha256").update(bytes).digest("hex"));
    expect(results.map(({ file }) => file.sha256)).toEqual(hashes);
    const stored = results.map(async ({ file }) => {
      const hash = createHash("sha256");
      const { stream } = await audio.download(file.id);
      for await (const chunk of stream as AsyncIterable<Uint8Array>) hash.update(chunk);
      return hash.digest("hex");
    });
    expect(await Promise.all(stored)).toEqual(hashes);
  });
});
