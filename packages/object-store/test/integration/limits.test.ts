import { mkdtemp, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { Readable } from "node:stream";

import { afterAll, beforeAll, describe, expect, it } from "@jest/globals";
import { sizedMedia } from "@repo/sample-media";

import {
  fromPath,
  MAX_FILE_BYTES,
  type MediaBody,
  type ObjectStoreOptions,
} from "../../src/index.js";
import { collect, pieces } from "../support/bytes.js";
import { expectNothingStored } from "../support/expect-nothing-stored.js";
import { type Harness, openHarness } from "../support/harness.js";
import { sampleOf } from "../support/samples.js";

/** It takes two parts of a multipart upload. */
const LOWERED = 6_000_000;

let harness: Harness;
let folder: string;

beforeAll(async () => {
  harness = await openHarness();
  folder = await mkdtemp(join(tmpdir(), "object-store-limits-"));
});

afterAll(async () => {
  await harness.close();
  await rm(folder, { recursive: true, force: true });
});

async function bodyOf(shape: string, media: Buffer<ArrayBuffer>): Promise<MediaBody> {
  switch (shape) {
    case "buffer":
      return media;
    case "blob":
      return new Blob([media]);
    case "stream":
      return Readable.from(pieces(media, 128 * 1024), { objectMode: false });
    default: {
      const path = join(folder, `${media.byteLength}.wav`);
      await writeFile(path, media);
      return fromPath(path);
    }
  }
}

/** Stores a file of the largest size, and then not one that is a byte longer. */
async function expectLimit(
  shape: string,
  maxBytes: number,
  options: Partial<ObjectStoreOptions>,
): Promise<void> {
  const { audio } = harness.storeWith(options).forSystem();
  const sized = (bytes: number) => collect(sizedMedia("wav", bytes));

  const { file } = await audio.upload({ body: await bodyOf(shape, await sized(maxBytes)) });
  expect(file.byteSize).toBe(maxBytes);
  const download = await audio.download(file.id);
  expect(download.byteLength).toBe(maxBytes);
  download.stream.destroy();
  await audio.delete(file.id);

  const tooLarge = await bodyOf(shape, await sized(maxBytes + 1));
  const refusal = await expectNothingStored(harness, () => audio.upload({ body: tooLarge }));
  expect(refusal).toMatchObject({ code: "file_too_large", maxBytes });
  expect(await harness.keys()).toEqual([]);
  expect(await harness.rows()).toEqual([]);
}

describe("a file", () => {
  it.each(["buffer", "path", "blob", "stream"])(
    "from a %s of the largest size is stored, and one a byte longer leaves nothing",
    (shape) => expectLimit(shape, LOWERED, { maxBytes: LOWERED }),
  );

  it("has 104,857,600 bytes at most where no option says less", async () => {
    await expectLimit("stream", 104_857_600, {});
  });
});

describe("maxBytes", () => {
  it("lowers the limit for every body", async () => {
    const { bytes } = await sampleOf("png");
    const { images } = harness.storeWith({ maxBytes: bytes.byteLength - 1 }).forSystem();
    for (const body of [bytes, new Blob([new Uint8Array(bytes)]), pieces(bytes, 100)]) {
      const refusal = await expectNothingStored(harness, () => images.upload({ body }));
      expect(refusal).toMatchObject({ code: "file_too_large", maxBytes: bytes.byteLength - 1 });
    }
    expect(await harness.rows()).toEqual([]);
  });

  it("cannot be raised above 100 MB", () => {
    expect(() => harness.storeWith({ maxBytes: MAX_FILE_BYTES + 1 })).toThrow(
      expect.objectContaining({ code: "invalid_input" }),
    );
  });
});
