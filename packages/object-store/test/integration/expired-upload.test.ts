import { afterAll, beforeAll, beforeEach, describe, expect, it } from "@jest/globals";
import { sizedMedia } from "@repo/sample-media";

import type { MediaBody } from "../../src/index.js";
import { collect } from "../support/bytes.js";
import { expectNothingStored } from "../support/expect-nothing-stored.js";
import { type Harness, openHarness } from "../support/harness.js";
import { expireUnfinished } from "../support/unfinished.js";

let harness: Harness;
const media = new Map<number, Buffer>();

/** A body that fits a buffer, and one that goes in parts when its length is not known. */
const SIZES = [100_000, 9_000_000];

beforeAll(async () => {
  harness = await openHarness();
  for (const size of SIZES) media.set(size, await collect(sizedMedia("wav", size)));
});

beforeEach(async () => {
  await harness.database.query("DELETE FROM object_store_journal");
  await harness.s3.deleteMany(await harness.keys());
});

afterAll(async () => {
  await harness.close();
});

async function expireLeases(): Promise<void> {
  await expireUnfinished(harness.database);
}

/** The bytes, with something that happens before the last of them. */
async function* slow(size: number, meanwhile: () => Promise<void>): AsyncGenerator<Uint8Array> {
  const bytes = media.get(size) ?? Buffer.alloc(0);
  for (let start = 0; start < bytes.byteLength - 1; start += 1_000_000) {
    yield bytes.subarray(start, Math.min(start + 1_000_000, bytes.byteLength - 1));
  }
  await meanwhile();
  yield bytes.subarray(bytes.byteLength - 1);
}

async function multipartUploads(): Promise<string[]> {
  const keys: string[] = [];
  for await (const { key } of harness.s3.listMultipartUploads()) keys.push(key);
  return keys;
}

const upload = (body: MediaBody) => harness.store.forSystem().audio.upload({ body });

describe.each(SIZES)("an upload of %d bytes that outlives its lease", (size) => {
  it("fails with upload_expired and leaves nothing, before any sweep", async () => {
    const refusal = await expectNothingStored(harness, () => upload(slow(size, expireLeases)));
    expect(refusal).toMatchObject({ code: "upload_expired", retryable: true });
  });

  it("fails with upload_expired when the sweep took it over, and leaves a tombstone at most", async () => {
    const sweptMeanwhile = async (): Promise<void> => {
      await expireLeases();
      expect(await harness.maintenance.sweep()).toMatchObject({ abandoned: 1 });
    };
    await expect(upload(slow(size, sweptMeanwhile))).rejects.toMatchObject({
      code: "upload_expired",
    });
    expect(await harness.keys()).toEqual([]);
    expect(await harness.rows()).toMatchObject([{ state: "removal" }]);

    await expireLeases();
    expect(await harness.maintenance.sweep()).toMatchObject({ removed: 1 });
    expect(await harness.rows()).toEqual([]);
    expect(await multipartUploads()).toEqual([]);
  });
});
