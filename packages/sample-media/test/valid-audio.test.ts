import { describe, expect, it } from "@jest/globals";
import { parseBuffer } from "music-metadata";

import { allSounds } from "../src/audio/all-sounds.js";
import { readMp3Audio } from "../src/audio/mp3-frames.js";
import { walkMp4Boxes } from "../src/containers/mp4-boxes.js";

const sounds = (await allSounds()).flatMap(({ name, bytes, expect: facts }) =>
  facts.kind === "audio" ? [{ name, bytes, facts }] : [],
);

function bytesOf(name: string): Uint8Array {
  const found = sounds.find((sound) => sound.name === name);
  if (found === undefined) throw new Error(`No sample is named ${name}.`);
  return found.bytes;
}

/** The expectation's name of the codec that music-metadata found. */
function codecOf(codec = "", bits = 0): string {
  if (codec === "PCM") return `pcm_s${bits}le`;
  if (codec === "IEEE_FLOAT") return `pcm_f${bits}le`;
  if (codec === "MPEG-4/AAC") return "aac";
  return /^MPEG [12] Layer 3$/.test(codec) ? "mp3" : codec.toLowerCase();
}

describe.each(sounds)("audio $name", ({ bytes, facts }) => {
  it("is what its expectation says", async () => {
    const { format, common } = await parseBuffer(bytes, facts.contentType, { duration: true });
    const { title, artist, album } = common;
    expect({
      sampleRate: format.sampleRate,
      channels: format.numberOfChannels,
      codec: codecOf(format.codec, format.bitsPerSample),
      lossless: format.lossless,
      tags: { title, artist, album },
    }).toEqual({
      sampleRate: facts.sampleRate,
      channels: facts.channels,
      codec: facts.codec,
      lossless: facts.lossless,
      tags: facts.tags,
    });
    const tolerance = Math.max(0.1, facts.durationSeconds / 100);
    expect(Math.abs((format.duration ?? NaN) - facts.durationSeconds)).toBeLessThan(tolerance);
  });

  it("lasts from half a second to about five", () => {
    expect(facts.durationSeconds).toBeGreaterThanOrEqual(0.5);
    expect(facts.durationSeconds).toBeLessThan(5.2);
  });
});

describe("the odd audio files", () => {
  it.each([
    ["lullaby.m4a", "M4A ", ["ftyp", "moov", "mdat"]],
    ["first-snow.m4a", "M4A ", ["ftyp", "mdat", "moov"]],
    ["evening-chord-isom.m4a", "isom", ["ftyp", "mdat", "moov"]],
  ])("%s has the brand %j and the boxes in the order %j", (name, brand, order) => {
    const bytes = bytesOf(name);
    const topLevel = [...walkMp4Boxes(bytes)].map(({ type }) => type);
    expect(topLevel.filter((type) => order.includes(type))).toEqual(order);
    expect(Buffer.from(bytes).toString("latin1", 8, 12)).toBe(brand);
  });

  it.each(["steady-chord-cbr.mp3", "field-radio-mono.mp3"])("%s has frames only", (name) => {
    const bytes = Buffer.from(bytesOf(name));
    expect(bytes.readUInt16BE(0) & 0xffe0).toBe(0xffe0);
    expect(bytes.includes("Xing")).toBe(false);
    expect(bytes.includes("Info")).toBe(false);
  });

  it("has an MP3 with tags and a Xing header", () => {
    const bytes = Buffer.from(bytesOf("kite-festival.mp3"));
    expect(bytes.toString("latin1", 0, 3)).toBe("ID3");
    expect(bytes.includes("Xing")).toBe(true);
  });

  it("has an MP3 that changes its bitrate from frame to frame without saying so", () => {
    const bytes = bytesOf("climbing-stairs-vbr.mp3");
    const bitrates = readMp3Audio(bytes).map(({ header }) => (header[2] ?? 0) >> 4);
    expect(new Set(bitrates).size).toBe(5);
    expect(bitrates[0]).toBe(Math.min(...bitrates));
    expect(Buffer.from(bytes).includes("Xing")).toBe(false);
  });

  it("makes sound: the PCM samples come close to full scale and never reach it", () => {
    const bytes = Buffer.from(bytesOf("harbour-bells.wav"));
    const data = bytes.subarray(bytes.indexOf("data") + 8);
    let peak = 0;
    for (let offset = 0; offset < data.length; offset += 2) {
      peak = Math.max(peak, Math.abs(data.readInt16LE(offset)));
    }
    expect(peak).toBeGreaterThan(8_000);
    expect(peak).toBeLessThan(32_000);
  });
});
