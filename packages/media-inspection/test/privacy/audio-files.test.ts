import { readFileSync } from "node:fs";
import { join } from "node:path";

import { beforeAll, describe, expect, it } from "@jest/globals";
import { validSamples } from "@repo/sample-media";

import type { AudioFacts } from "../../src/media-facts.js";
import { CORPUS, listedFiles, ODD } from "../support/corpus.js";
import { soundPackets } from "../support/packets.js";
import { verdict } from "../support/inspect.js";
import { audioPlan, stripped } from "../support/strip-audio.js";

const FORMATS = ["mp3", "wav", "flac", "m4a"];
/** Of these mediabunny takes tags or other bytes around the frames for sound, or refuses the original. */
const MISREAD = [
  "m4a-free-before-ftyp.m4a",
  "mp3-3-zeros-then-id3v2-art200k.mp3",
  "mp3-ape-cover200k-only.mp3",
  "flac-concatenated-twice.flac",
  "tinytag__106-short-picture-block-size.flac",
  "libbw64__rect_24bit_nods64.wav",
];
/** The last frame of a FLAC that others bytes follow is taken to be as long as the longest. */
const ROUGH_BITRATES = ["flac-concatenated-twice.flac"];

const listed = [CORPUS, ODD].flatMap((folder) => {
  const files = listedFiles(folder);
  if (files === undefined) {
    process.stdout.write(`no media files in ${folder}: their tests are skipped\n`);
  }
  return (files ?? [])
    .filter(
      ({ expect: { format, action } }) => FORMATS.includes(format ?? "") && action !== "reject",
    )
    .map(({ file }) => ({ file, path: join(folder, file) }));
});

/** The facts that stay: those of a stripped file. */
function keptFacts({ tags, bitrate, ...facts }: AudioFacts, name: string): unknown {
  const { title, artist, album, genre, year, trackNumber, trackTotal, cover, chapters } = tags;
  return {
    ...facts,
    bitrate: ROUGH_BITRATES.includes(name) ? undefined : bitrate,
    tags: { title, artist, album, genre, year, trackNumber, trackTotal, cover, chapters },
  };
}

async function expectStripped(name: string, bytes: Uint8Array): Promise<void> {
  const before = await verdict(bytes);
  if (typeof before === "string") return;
  if (before.kind !== "audio") throw new Error(`${name} is ${before.format}`);
  const result = stripped(bytes);
  const after = await verdict(result);
  if (typeof after === "string" || after.kind !== "audio") throw new Error(`${name} is refused`);
  expect(keptFacts(after, name)).toEqual(keptFacts(before, name));
  const others = ["albumArtist", "composer", "comment", "language", "discNumber", "discTotal"];
  expect(Object.keys(after.tags).filter((tag) => others.includes(tag))).toEqual([]);
  expect(audioPlan(result)).toEqual({ edits: [], removed: [] });
  if (!MISREAD.includes(name)) {
    expect(await soundPackets(result, before)).toEqual(await soundPackets(bytes, before));
  }
  expect(stripped(bytes, { chunks: [1000, 1, 77, 4096] }).equals(result)).toBe(true);
}

describe("stripped samples", () => {
  let samples: Awaited<ReturnType<typeof validSamples>>;

  beforeAll(async () => {
    samples = (await validSamples()).filter(({ format }) => FORMATS.includes(format));
  });

  it("have the same facts and sound, and nothing is left to strip", async () => {
    expect(samples.length).toBeGreaterThan(15);
    for (const { name, bytes } of samples) await expectStripped(name, bytes);
  });
});

(listed.length === 0 ? describe.skip : describe)("stripped real and odd files", () => {
  it.each(listed)(
    "have the same facts and sound, and nothing is left to strip: $file",
    async ({ file, path }) => {
      await expectStripped(file.split("/").at(-1) ?? file, readFileSync(path));
    },
  );
});
