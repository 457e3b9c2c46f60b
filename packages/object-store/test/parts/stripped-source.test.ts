import { setImmediate as nextTurn } from "node:timers/promises";

import { describe, expect, it } from "@jest/globals";
import { PrivacyPlanner } from "@repo/media-inspection";

import type { ByteSource } from "../../src/upload/byte-source.js";
import { memorySource } from "../../src/upload/open-byte-source.js";
import { openStripped } from "../../src/upload/stripped-source.js";
import { personalPng, SECRET } from "../support/personal.js";

const rules = (formats: string[] = []) => ({
  maxBytes: 1_000_000,
  plan: () => new PrivacyPlanner("all"),
  onFormat: (format: string) => formats.push(format),
});

async function bytesOf(source: ByteSource): Promise<Buffer> {
  const chunks: Buffer[] = [];
  for (;;) {
    const chunk = Buffer.alloc(1000);
    const count = await source.read(chunk);
    if (count === 0) return Buffer.concat(chunks);
    chunks.push(chunk.subarray(0, count));
  }
}

/** What is stored of a PNG that changes in the caller's memory before it is read again. */
async function bytesOfChanging(change: (png: Buffer) => unknown): Promise<Buffer> {
  const png = await personalPng();
  const source = memorySource(png);
  const read = (target: Uint8Array) => source.read(target);
  let isCut = false;
  const changing: ByteSource = {
    ...source,
    read: (target) => (isCut ? Promise.resolve(0) : read(target)),
    rewind: () => {
      source.rewind?.();
      isCut = change(png) === "cut";
    },
  };
  const left = await openStripped(changing, "all", rules());
  return bytesOf(left.source);
}

/** Length, type and checksum of a chunk of a PNG. */
const CHUNK_BYTES = 12;

function moveTextBehindPixels(png: Buffer): void {
  const at = png.indexOf("tEXt") - 4;
  const behind = at + CHUNK_BYTES + png.readUInt32BE(at);
  const text = Buffer.from(png.subarray(at, behind));
  const end = png.length - CHUNK_BYTES;
  png.copyWithin(at, behind, end);
  png.set(text, end - text.length);
}

function breakChecksum(png: Buffer): void {
  const at = png.length - CHUNK_BYTES - 1;
  png.writeUInt8(png.readUInt8(at) ^ 1, at);
}

function cutShort(): "cut" {
  return "cut";
}

describe("a stripped source", () => {
  it("tells its length, its format once, and what is left out", async () => {
    const png = await personalPng();
    const formats: string[] = [];
    const left = await openStripped(memorySource(png), "all", rules(formats));
    expect(left).toMatchObject({ privacy: "all", removed: ["text"], isChanged: true });
    const bytes = await bytesOf(left.source);
    expect(left.source.byteLength).toBe(bytes.length);
    expect(bytes.includes(SECRET)).toBe(false);
    expect(formats).toEqual(["png"]);
    left.close();
  });

  it("keeps what can be read once only in a temporary file, until it is closed", async () => {
    const { rewind, ...once } = memorySource(await personalPng());
    expect(rewind).toBeDefined();
    const left = await openStripped(once, "all", rules());
    left.close();
    await nextTurn();
    await expect(left.source.read(Buffer.alloc(10))).rejects.toMatchObject({
      code: "resource_unavailable",
    });
  });

  it("leaves out what changes between the two times that the bytes are read", async () => {
    const other = "Another secret of his";
    const bytes = await bytesOfChanging((png) => {
      png.write(other, png.indexOf(SECRET));
    });
    expect(bytes.includes(SECRET)).toBe(false);
    expect(bytes.includes(other)).toBe(false);
    const png = await personalPng();
    const unchanged = await openStripped(memorySource(png), "all", rules());
    expect(bytes.equals(await bytesOf(unchanged.source))).toBe(true);
  });

  it.each([
    ["other bytes would have to go", moveTextBehindPixels],
    ["the bytes are no valid file any more", breakChecksum],
    ["the bytes end earlier", cutShort],
  ])("fails where by the second time %s", async (_what, change) => {
    await expect(bytesOfChanging(change)).rejects.toMatchObject({ code: "source_failed" });
  });

  it("ends with what its format is refused for", async () => {
    const refusal = new Error("another kind");
    const onFormat = () => {
      throw refusal;
    };
    const png = await personalPng();
    await expect(openStripped(memorySource(png), "all", { ...rules(), onFormat })).rejects.toBe(
      refusal,
    );
  });
});
