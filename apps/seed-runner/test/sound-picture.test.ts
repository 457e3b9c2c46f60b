import { describe, expect, it } from "@jest/globals";

import { PeakMeter } from "../src/contact-sheet/sound/peak-meter.js";
import { soundPicture } from "../src/contact-sheet/sound/sound-picture.js";
import type { SoundFacts } from "../src/contact-sheet/sound/sound-facts.js";

const FACTS: SoundFacts = {
  channels: 1,
  codec: "pcm_s16le",
  contentType: "audio/wav",
  durationSeconds: 1,
  sampleRate: 8000,
};

/** 16-bit mono PCM. */
function wav(samples: readonly number[]): Uint8Array {
  const bytes = Buffer.alloc(44 + 2 * samples.length);
  bytes.write("RIFF", 0);
  bytes.writeUInt32LE(bytes.length - 8, 4);
  bytes.write("WAVEfmt ", 8);
  bytes.writeUInt32LE(16, 16);
  bytes.writeUInt16LE(1, 20);
  bytes.writeUInt16LE(1, 22);
  bytes.writeUInt32LE(8000, 24);
  bytes.writeUInt32LE(16_000, 28);
  bytes.writeUInt16LE(2, 32);
  bytes.writeUInt16LE(16, 34);
  bytes.write("data", 36);
  bytes.writeUInt32LE(2 * samples.length, 40);
  samples.forEach((sample, at) => bytes.writeInt16LE(Math.round(sample * 32_767), 44 + 2 * at));
  return bytes;
}

describe("the picture of a sound", () => {
  it("is silent where the sound is and high where it is loud", async () => {
    const samples = Array.from({ length: 8000 }, (_, at) => (at < 4000 ? 0 : 0.5 * (-1) ** at));
    const picture = await soundPicture(FACTS, wav(samples));
    if (picture.kind !== "waveform") throw new Error(picture.kind);
    expect(picture.levels).toHaveLength(96);
    expect(picture.levels.slice(0, 47).every((level) => level === 0)).toBe(true);
    expect(picture.levels.slice(49).every((level) => Math.abs(level - 0.5) < 0.001)).toBe(true);
  });

  it("is given up for a sound that unfolds to too much", async () => {
    const facts = { ...FACTS, channels: 1_000_000 };
    expect(await soundPicture(facts, wav(Array.from({ length: 100 }, () => 0)))).toEqual({
      kind: "none",
      reason: "It is too long to draw.",
    });
  });

  it.each([
    ["audio/mp4", "alac"],
    ["audio/wav", "adpcm_ima_wav"],
  ] as const)("is missing for %s with %s, and says so", async (contentType, codec) => {
    expect(await soundPicture({ ...FACTS, contentType, codec }, new Uint8Array(8))).toEqual({
      kind: "none",
      reason: `${codec} is not decoded here.`,
    });
  });
});

describe("a peak meter", () => {
  it("takes the loudest channel", () => {
    const meter = new PeakMeter(2, 2);
    meter.add([Float32Array.of(0.1, -0.75), Float32Array.of(-0.5, 0.25)]);
    expect(meter.levels(2)).toEqual([0.5, 0.75]);
  });

  it("draws all of a sound that is longer than it was said to be", () => {
    const meter = new PeakMeter(1, 4);
    for (let at = 0; at < 100; at += 1) meter.add([Float32Array.of(at / 100)]);
    expect(meter.levels(4)).toEqual([0.24, 0.49, 0.74, 0.99].map((level) => Math.fround(level)));
  });

  it("draws nothing of nothing", () => {
    expect(new PeakMeter(100, 4).levels(4)).toEqual([]);
  });
});
