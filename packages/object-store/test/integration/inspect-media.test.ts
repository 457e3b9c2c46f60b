import { createReadStream } from "node:fs";
import { mkdtemp, rm, truncate, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { Readable } from "node:stream";

import { afterAll, beforeAll, describe, expect, it } from "@jest/globals";
import { sizedMedia } from "@repo/sample-media";

import { fromPath, inspectMedia, MAX_FILE_BYTES } from "../../src/index.js";
import { pieces } from "../support/bytes.js";
import { expectNothingChanged } from "../support/expect-nothing-stored.js";
import { type Harness, openHarness } from "../support/harness.js";
import { lentNext } from "../support/lent-next.js";
import { sampleOf } from "../support/samples.js";

let harness: Harness;
let folder: string;

beforeAll(async () => {
  harness = await openHarness();
  folder = await mkdtemp(join(tmpdir(), "inspect-media-"));
});
afterAll(async () => {
  await rm(folder, { recursive: true, force: true });
  await harness.close();
});

describe("inspectMedia", () => {
  it("finds what an upload finds, by path, from memory and from a stream", async () => {
    const chunks: Uint8Array[] = [];
    for await (const chunk of sizedMedia("mp3", 2_500_000)) chunks.push(chunk);
    const bytes = Buffer.concat(chunks);
    const path = join(folder, "a.mp3");
    await writeFile(path, bytes);
    const { file } = await harness.store.forSystem().audio.upload({ body: bytes });
    const { durationSeconds, durationSource, bitrate, sampleRate, channels, contentType } = file;
    const crumbs = Readable.from(pieces(bytes, 900), { objectMode: false });
    for (const body of [fromPath(path), bytes, createReadStream(path), crumbs]) {
      expect(await inspectMedia(body)).toMatchObject({
        ...{ kind: "audio", format: "mp3", contentType },
        ...{ durationSeconds, durationSource, bitrate, sampleRate, channels },
      });
    }
  });

  it("stores nothing, and tells images as well", async () => {
    const { bytes } = await sampleOf("png");
    const facts = await expectNothingChanged(harness, () => inspectMedia(bytes));
    expect(facts).toMatchObject({ kind: "image", format: "png" });
  });

  it("refuses what an upload refuses", async () => {
    await expect(inspectMedia(Buffer.from("%PDF-1.7"))).rejects.toMatchObject({
      code: "unsupported_media_type",
    });
    await expect(inspectMedia(Buffer.alloc(0))).rejects.toMatchObject({ code: "empty_file" });
    await expect(inspectMedia(fromPath(join(folder, "none")))).rejects.toMatchObject({
      code: "invalid_input",
    });
    const { bytes } = await sampleOf("png");
    await expect(inspectMedia(bytes, { maxPixels: 1 })).rejects.toMatchObject({
      code: "invalid_media",
    });
  });

  it("gives the memory that it read into back after a refusal", async () => {
    const [first] = await lentNext();
    await expect(inspectMedia(Buffer.alloc(2_000_000, "%"))).rejects.toMatchObject({
      code: "unsupported_media_type",
    });
    expect(await lentNext()).toContain(first);
  });

  it("refuses a file that is too large, whatever it holds", async () => {
    const path = join(folder, "large");
    await writeFile(path, "");
    await truncate(path, MAX_FILE_BYTES + 1);
    await expect(inspectMedia(fromPath(path))).rejects.toMatchObject({ code: "file_too_large" });
  });
});
