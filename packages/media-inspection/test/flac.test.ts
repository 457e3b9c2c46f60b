import { describe, expect, it } from "@jest/globals";

import { flacBlock, flacFrames, id3v2, streamInfo, vorbisComment } from "./support/audio.js";
import { bytes } from "./support/bytes.js";
import { inspectAudio } from "./support/inspect.js";

const BLOCK = 4096;
const padding = (isLast = true) => flacBlock(1, Buffer.alloc(20), isLast);
const flac = (totalSamples: number, ...rest: Uint8Array[]) =>
  bytes("fLaC", streamInfo(totalSamples), ...rest);

describe("a FLAC", () => {
  it("is as long as STREAMINFO says, if its frames agree", async () => {
    const samples = 10 * BLOCK - 96;
    expect(await inspectAudio(flac(samples, padding(), flacFrames(10)))).toEqual({
      kind: "audio",
      format: "flac",
      contentType: "audio/flac",
      durationSeconds: samples / 44_100,
      durationSource: "header",
      bitrate: Math.round((8 * 10 * 106) / (samples / 44_100)),
      sampleRate: 44_100,
      channels: 2,
      codec: "flac",
      lossless: true,
      tags: {},
    });
  });

  it.each([
    ["nothing", 0],
    ["too little", BLOCK],
  ])("is measured where STREAMINFO claims %s", async (_, claim) => {
    expect(await inspectAudio(flac(claim, padding(), flacFrames(10)))).toMatchObject({
      durationSeconds: (10 * BLOCK) / 44_100,
      durationSource: "measured",
    });
  });

  it("is counted where it is quiet, and full of the first byte of a sync code", async () => {
    const body = Buffer.alloc(20_000, "ff7fffffbfff", "hex");
    expect(await inspectAudio(flac(0, padding(), flacFrames(400, 0, { body })))).toMatchObject({
      durationSeconds: (400 * BLOCK) / 44_100,
    });
  });

  it.each([
    ["as STREAMINFO says", 10 * BLOCK],
    ["by its frames", 0],
  ])("ends where another begins, measured %s", async (_, claim) => {
    const [first, second] = [
      flac(claim, padding(), flacFrames(10)),
      flac(claim, padding(), flacFrames(7)),
    ];
    expect(await inspectAudio(bytes(first, second, second))).toMatchObject({
      durationSeconds: (10 * BLOCK) / 44_100,
    });
    const short = flac(claim === 0 ? 0 : BLOCK, padding(), flacFrames(1));
    expect(await inspectAudio(bytes(short, second))).toMatchObject({
      durationSeconds: BLOCK / 44_100,
    });
  });

  it("passes over blocks of reserved types, and reads what is behind them", async () => {
    const file = flac(
      3 * BLOCK,
      flacBlock(7, Buffer.alloc(70_000, 0xab)),
      flacBlock(126, bytes(1, 2, 3)),
      vorbisComment("TITLE=Behind"),
      flacBlock(40, Buffer.alloc(9), true),
      flacFrames(3),
    );
    expect(await inspectAudio(file)).toMatchObject({
      durationSeconds: (3 * BLOCK) / 44_100,
      tags: { title: "Behind" },
    });
  });

  it("is found behind ID3v2, with blocks before STREAMINFO and pictures", async () => {
    const picture = flacBlock(6, bytes(flacFrames(100)));
    const file = bytes(
      id3v2(bytes(), { padding: 100 }),
      "fLaC",
      vorbisComment("TITLE=x"),
      streamInfo(3 * BLOCK),
      picture,
      padding(),
      flacFrames(3),
    );
    expect(await inspectAudio(file)).toMatchObject({
      format: "flac",
      durationSeconds: (3 * BLOCK) / 44_100,
    });
  });

  it("finds its audio behind a block of wrong length or without a last block", async () => {
    const short = bytes(4, 0, 0, 2, Buffer.alloc(30, 0x7e));
    for (const broken of [short, padding(false)]) {
      const { durationSeconds } = await inspectAudio(flac(0, broken, flacFrames(5)));
      expect(durationSeconds).toBe((5 * BLOCK) / 44_100);
    }
  });

  it("does not count what only looks like a frame", async () => {
    const fake = bytes(0xff, 0xf8, 0xc9, 0x18, 5, 0);
    const stray = flacFrames(1, 90);
    const file = flac(0, padding(), flacFrames(5), fake, stray, flacFrames(5, 5));
    expect((await inspectAudio(file)).durationSeconds).toBe((10 * BLOCK) / 44_100);
  });

  it("does not take what follows its last frame for audio", async () => {
    const file = flac(10 * BLOCK, padding(), flacFrames(10));
    const longer = await inspectAudio(bytes(file, Buffer.alloc(500_000, 0x5a)));
    expect(longer).toEqual(await inspectAudio(file));
  });

  it("counts the samples of old streams that number them with the wrong mark", async () => {
    // 192 samples per frame: code 1. Numbers 0, 192 and 384 in frames marked as fixed.
    const numbered = flacFrames(3, 0, { sizeCode: 1, step: 192 });
    const { durationSeconds } = await inspectAudio(flac(0, padding(), numbered));
    expect(durationSeconds).toBe((3 * 192) / 44_100);
  });

  it("goes on behind damage", async () => {
    const file = flac(0, padding(), flacFrames(5), Buffer.alloc(500, 0xff), flacFrames(5, 20));
    expect((await inspectAudio(file)).durationSeconds).toBe((10 * BLOCK) / 44_100);
  });

  it.each([
    ["claims far more than it holds", flac(0xffffffff, padding(), flacFrames(3))],
    ["holds half of what it claims", flac(20 * BLOCK, padding(), flacFrames(10))],
    ["holds no frame", flac(0, padding(), Buffer.alloc(9000, 0xff))],
    ["ends behind its metadata", flac(BLOCK, padding())],
    ["ends inside STREAMINFO", flac(BLOCK).subarray(0, 20)],
    ["has no STREAMINFO", bytes("fLaC", padding(), flacFrames(3))],
  ])("is refused where it %s", async (_, file) => {
    await expect(inspectAudio(file)).rejects.toMatchObject({ code: "invalid_media" });
  });

  it("is not FLAC in Ogg", async () => {
    const file = bytes("OggS", Buffer.alloc(24), 0x7f, "FLAC", flac(0, padding(), flacFrames(3)));
    await expect(inspectAudio(file)).rejects.toMatchObject({ code: "unsupported_media_type" });
  });
});
