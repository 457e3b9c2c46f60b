import { beforeAll, describe, expect, it } from "@jest/globals";
import { validSamples } from "@repo/sample-media";

import {
  cueSheet,
  flacKept,
  flacRemoved,
  M4A_KEPT,
  M4A_REMOVED,
  MP3_KEPT,
  MP3_REMOVED,
  paddedWav,
  type Place,
  type Places,
  timedM4a,
  WAV_KEPT,
  WAV_REMOVED,
  withCueSheet,
} from "../support/planted-audio.js";
import { id3Frame, mp3Frames } from "../support/audio.js";
import { bytes } from "../support/bytes.js";
import { verdict } from "../support/inspect.js";
import { audioPlan, stripped } from "../support/strip-audio.js";

/** Bytes that nothing else holds. */
function marker(number: number): Buffer {
  return Buffer.from(`Marker ${String(number).padStart(9, "0")}`, "latin1");
}

function holds(file: Buffer, mark: Buffer): boolean {
  const texts = [mark, Buffer.from(mark.toString("latin1"), "utf16le")];
  return texts.some((text) => file.includes(text));
}

async function strip(place: Place, mark: Buffer): Promise<Buffer> {
  const file = place(mark);
  const result = stripped(file);
  const [before, after] = [await verdict(file), await verdict(result)];
  if (typeof before === "string" || typeof after === "string") {
    throw new Error(`refused: ${JSON.stringify([before, after])}`);
  }
  expect({ ...after, bitrate: 0, tags: {} }).toEqual({ ...before, bitrate: 0, tags: {} });
  expect(audioPlan(result)).toEqual({ edits: [], removed: [] });
  return result;
}

let number = 0;

async function expectRemoved(place: Place): Promise<void> {
  const mark = marker((number += 1));
  expect(holds(place(mark), mark)).toBe(true);
  expect(holds(await strip(place, mark), mark)).toBe(false);
  expect(audioPlan(place(mark)).removed).not.toEqual([]);
}

async function expectKept(place: Place): Promise<void> {
  const mark = marker((number += 1));
  expect(holds(await strip(place, mark), mark)).toBe(true);
}

describe.each([
  ["an MP3", MP3_REMOVED, MP3_KEPT],
  ["a WAV", WAV_REMOVED, WAV_KEPT],
  ["an M4A", M4A_REMOVED, M4A_KEPT],
] satisfies [string, Places, Places][])("in %s", (_, removed, kept) => {
  it.each(Object.entries(removed))("nothing is left of %s", async (_name, place) => {
    await expectRemoved(place);
  });

  it.each(Object.entries(kept))("there is still %s", async (_name, place) => {
    await expectKept(place);
  });
});

describe("in a sound", () => {
  it("no times of creation and change are left", () => {
    const times = Buffer.from("7f3Qz9k!");
    const file = timedM4a(times);
    expect(file.toString("latin1").split("7f3Qz9k!")).toHaveLength(4);
    expect(stripped(file).includes(times)).toBe(false);
    expect(audioPlan(file).removed).toContain("timestamp");
  });

  it("a tag goes that claims many times the bytes of its file", () => {
    const claimed = bytes("ID3", 3, 0, 0, 4, 0, 0, 0, id3Frame("COMM", bytes(0, "eng\0Mine")));
    const result = stripped(bytes(claimed, mp3Frames(20)));
    expect(result.equals(mp3Frames(20))).toBe(true);
  });

  it("a byte of padding is a zero", () => {
    expect(stripped(paddedWav(0x41)).equals(paddedWav(0))).toBe(true);
    expect(audioPlan(paddedWav(0)).edits).toEqual([]);
  });
});

describe("in a FLAC", () => {
  let flac: Buffer;

  beforeAll(async () => {
    const sample = (await validSamples()).find(({ format }) => format === "flac");
    if (sample === undefined) throw new Error("there is no FLAC among the samples");
    flac = Buffer.from(sample.bytes);
  });

  it.each(Object.keys(flacRemoved(Buffer.alloc(0))))("nothing is left of %s", async (name) => {
    const place = flacRemoved(flac)[name];
    if (place === undefined) throw new Error(`there is no ${name}`);
    await expectRemoved(place);
  });

  it.each(Object.keys(flacKept(Buffer.alloc(0))))("there is still %s", async (name) => {
    const place = flacKept(flac)[name];
    if (place === undefined) throw new Error(`there is no ${name}`);
    await expectKept(place);
  });

  it("a cue sheet keeps its points", async () => {
    expect((await strip(() => withCueSheet(flac, cueSheet()), flac)).includes(cueSheet())).toBe(
      true,
    );
  });
});
