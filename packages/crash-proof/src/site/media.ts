import { createHash } from "node:crypto";
import { createWriteStream } from "node:fs";
import { mkdir } from "node:fs/promises";
import { join } from "node:path";
import { Readable, Transform } from "node:stream";
import { pipeline } from "node:stream/promises";

import { sizedMedia } from "@repo/sample-media";

import type { Kind, Media } from "../job.js";

/** Bytes of a file that neither fits into one part nor into one buffer. */
const LARGE = 12 * 1024 * 1024;
const SMALL = 40_000;
const SMALL_FILES = 4;
const LARGE_FILES = 2;

const FORMATS = { image: "png", audio: "wav" } as const;

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
  const path = join(folder, `${byteSize}.${format}`);
  const hash = createHash("sha256");
  const hashing = new Transform({
    transform(chunk: Buffer, _encoding, done) {
      hash.update(chunk);
      done(null, chunk);
    },
  });
  const bytes = Readable.from(sizedMedia(format, byteSize), { objectMode: false });
  await pipeline(bytes, hashing, createWriteStream(path));
  return { path, byteSize, sha256: hash.digest("hex") };
}
