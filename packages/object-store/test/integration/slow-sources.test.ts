import { Readable } from "node:stream";
import { setTimeout as sleep } from "node:timers/promises";

import { afterAll, beforeAll, describe, expect, it } from "@jest/globals";

import { pieces } from "../support/bytes.js";
import { expectNothingChanged } from "../support/expect-nothing-stored.js";
import { type Harness, openHarness } from "../support/harness.js";
import { sampleOf } from "../support/samples.js";
import { storageWith } from "../support/storage-with.js";

let harness: Harness;
let userId: string;
let png: Buffer;

beforeAll(async () => {
  harness = await openHarness({ sourceTimeoutSeconds: 1 });
  userId = await harness.addUser();
  png = Buffer.from((await sampleOf("png")).bytes);
});
afterAll(() => harness.close());

describe("a source that is silent for too long", () => {
  it("keeps no lease, no row and no object, however far it had come", async () => {
    const uploadHalves = (): Promise<PromiseSettledResult<unknown>[]> =>
      Promise.allSettled(
        Array.from({ length: 20 }, (_, index) => {
          const silent = new Readable({ read: () => undefined });
          silent.push(png.subarray(0, Math.floor((png.byteLength * index) / 20)));
          return harness.store.forUser(userId).images.upload({ body: silent });
        }),
      );
    for (const outcome of await expectNothingChanged(harness, uploadHalves)) {
      expect(outcome).toMatchObject({ reason: { code: "source_failed" } });
    }
  });

  it("is not one that waits for S3, which may take longer", async () => {
    const slow = storageWith(harness.s3, {
      async put(input) {
        await sleep(1_500);
        return harness.s3.put(input);
      },
    });
    const { images } = harness.storeWith({ s3: slow }).forUser(userId);
    const { file } = await images.upload({ body: Readable.from(pieces(png, 1000)) });
    expect(file.byteSize).toBe(png.byteLength);
  });
});
