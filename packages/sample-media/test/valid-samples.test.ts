import { describe, expect, it } from "@jest/globals";

import { type SampleFormat, validSamples } from "../src/index.js";

const FORMATS: readonly SampleFormat[] = [
  "jpeg",
  "png",
  "webp",
  "gif",
  "mp3",
  "wav",
  "flac",
  "m4a",
];

const EXTENSIONS: Record<SampleFormat, string> = {
  jpeg: ".jpg",
  png: ".png",
  webp: ".webp",
  gif: ".gif",
  mp3: ".mp3",
  wav: ".wav",
  flac: ".flac",
  m4a: ".m4a",
};

const samples = await validSamples();

describe("validSamples", () => {
  it("has at least two samples of every format and 28 in all", () => {
    expect(samples.length).toBeGreaterThanOrEqual(28);
    for (const format of FORMATS) {
      const count = samples.filter((sample) => sample.format === format).length;
      expect({ format, enough: count >= 2 }).toEqual({ format, enough: true });
    }
  });

  it("gives every sample a name of its own with the extension of its format", () => {
    expect(new Set(samples.map(({ name }) => name)).size).toBe(samples.length);
    for (const { name } of samples) expect(name).toMatch(/^[a-z0-9-]+\.[a-z0-9]+$/);
    for (const { name, format } of samples) expect(name.endsWith(EXTENSIONS[format])).toBe(true);
  });

  it("stays below 6 MB in all and without two equal files", () => {
    expect(samples.reduce((total, { bytes }) => total + bytes.length, 0)).toBeLessThan(6_000_000);
    const contents = samples.map(({ bytes }) => Buffer.from(bytes).toString("latin1"));
    expect(new Set(contents).size).toBe(samples.length);
  });

  it("gives each caller bytes of its own", async () => {
    const [spoilt] = await validSamples();
    spoilt?.bytes.fill(0);
    const [again] = await validSamples();
    expect(again?.bytes.some((byte) => byte !== 0)).toBe(true);
  });
});
