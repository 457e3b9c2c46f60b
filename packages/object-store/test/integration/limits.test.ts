import { mkdtemp, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { Readable } from "node:stream";

import { afterAll, beforeAll, describe, expect, it } from "@jest/globals";
import { sizedMedia } from "@repo/sample-media";

import { fromPath, MAX_FILE_BYTES, type MediaBody } from "../../src/index.js";
import { collect, pieces } from "../support/bytes.js";
import { expectNothingStored } from "../support/expect-nothing-stored.js";
import { type Harness, openHarness } from "../support/harness.js";
import { sampleOf } from "../support/samples.js";

let harness: Harness;
let folder: string;
/** A file of the largest size, and one a byte longer. */
let largest: Buffer<ArrayBuffer>;
let tooLarge: Buffer<ArrayBuffer>;

beforeAll(async () => {
  harness = await openHarness();
  largest = await collect(sizedMedia("wav", MAX_FILE_BYTES));
  tooLarge = await collect(sizedMedia("wav", MAX_FILE_BYTES + 1));
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

describe.each(["buffer", "path", "blob", "stream"])("a file from a %s", (shape) => {
  it("of 104,857,600 bytes is stored, and one a byte longer leaves nothing", async () => {
    const { audio } = harness.store.forSystem();

    const { file } = await audio.upload({ body: await bodyOf(shape, largest) });
    expect(file.byteSize).toBe(104_857_600);
    const download = await audio.download(file.id);
    expect(download.byteLength).toBe(104_857_600);
    download.stream.destroy();
    await audio.delete(file.id);

    const refusal = await expectNothingStored(harness, async () =>
      audio.upload({ body: await bodyOf(shape, tooLarge) }),
    );
    expect(refusal).toMatchObject({ code: "file_too_large", maxBytes: 104_857_600 });
    expect(await harness.keys()).toEqual([]);
    expect(await harness.rows()).toEqual([]);
  }, 60_000);
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
