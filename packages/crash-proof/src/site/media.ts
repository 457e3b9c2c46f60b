import { createHash } from "node:crypto";
import { mkdir, writeFile } from "node:fs/promises";
import { join } from "node:path";
import { buffer } from "node:stream/consumers";
import { crc32 } from "node:zlib";

import { applyPlan, planPrivacy } from "@repo/media-inspection";
import { sizedMedia } from "@repo/sample-media";

import type { Kind, Media, MediaBytes } from "../job.js";

/** Bytes of a file that neither fits into one part nor into one buffer. */
const LARGE = 12 * 1024 * 1024;
const SMALL = 40_000;
const SMALL_FILES = 4;
const LARGE_FILES = 2;

const FORMATS = { image: "png", audio: "wav" } as const;

const END_OF_IHDR = 33;

/** Behind the end of each file; `privacy: "all"` removes it. */
const SECRET = Buffer.from("a secret of its owner");

/** Sample files of one kind. Each has bytes of its own, by which it is told from the others. */
export interface MediaSet {
  small: readonly Media[];
  large: readonly Media[];
}

export async function writeMedia(folder: string): Promise<Record<Kind, MediaSet>> {
  await mkdir(folder, { recursive: true });
  return { image: await writeSet(folder, "image"), audio: await writeSet(folder, "audio") };
}

async function writeSet(folder: string, kind: Kind): Promise<MediaSet> {
  return {
    small: await writeSome(folder, kind, { files: SMALL_FILES, byteSize: SMALL }),
    large: await writeSome(folder, kind, { files: LARGE_FILES, byteSize: LARGE }),
  };
}

async function writeSome(
  folder: string,
  kind: Kind,
  { files, byteSize }: { files: number; byteSize: number },
): Promise<Media[]> {
  const media: Media[] = [];
  for (let at = 0; at < files; at += 1) {
    media.push(await writeOne(folder, kind, byteSize + 1000 * at));
  }
  return media;
}

async function writeOne(folder: string, kind: Kind, byteSize: number): Promise<Media> {
  const format = FORMATS[kind];
  const made = await buffer(sizedMedia(format, byteSize));
  const own = format === "png" ? withDensity(made, byteSize) : made;
  const bytes = Buffer.concat([own, SECRET]);
  const stripped = await buffer(applyPlan([bytes], planPrivacy("all", bytes)));
  if (stripped.includes(SECRET)) throw new Error(`a stripped ${format} has its secret still`);
  return {
    ...(await write(join(folder, `${byteSize}.${format}`), bytes)),
    stripped: await write(join(folder, `${byteSize}-stripped.${format}`), stripped),
  };
}

/** Bytes of its own for a PNG whose filler was removed. */
function withDensity(png: Buffer, pixelsPerMetre: number): Buffer {
  const chunk = Buffer.alloc(21);
  chunk.writeUInt32BE(9);
  chunk.write("pHYs", 4);
  chunk.writeUInt32BE(pixelsPerMetre, 8);
  chunk.writeUInt32BE(pixelsPerMetre, 12);
  chunk.writeUInt8(1, 16);
  chunk.writeUInt32BE(crc32(chunk.subarray(4, 17)), 17);
  return Buffer.concat([png.subarray(0, END_OF_IHDR), chunk, png.subarray(END_OF_IHDR)]);
}

async function write(path: string, bytes: Buffer): Promise<MediaBytes> {
  await writeFile(path, bytes);
  const sha256 = createHash("sha256").update(bytes).digest("hex");
  return { path, byteSize: bytes.byteLength, sha256 };
}
