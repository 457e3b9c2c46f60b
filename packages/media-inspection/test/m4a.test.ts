import { describe, expect, it } from "@jest/globals";

import { bytes, uint32be } from "./support/bytes.js";
import { inspectAudio } from "./support/inspect.js";
import {
  aacEntry,
  alacEntry,
  box,
  FTYP,
  MDAT,
  moof,
  moov,
  mvhd,
  pictureEntry,
  soundEntry,
  trak,
  trex,
} from "./support/m4a.js";

const SECONDS = (100 * 1024) / 44_100;

describe("an M4A", () => {
  it.each([
    ["before", bytes(FTYP, moov(trak()), MDAT)],
    ["behind", bytes(FTYP, MDAT, moov(trak()))],
    ["behind free space", bytes(FTYP, box("free", Buffer.alloc(70_000)), MDAT, moov(trak()))],
  ])("is measured by its tables, moov %s the media", async (_, file) => {
    expect(await inspectAudio(file)).toEqual({
      kind: "audio",
      format: "m4a",
      contentType: "audio/mp4",
      durationSeconds: SECONDS,
      durationSource: "header",
      bitrate: Math.round((8 * 5000) / SECONDS),
      sampleRate: 44_100,
      channels: 2,
      codec: "aac",
      lossless: false,
      tags: {},
    });
  });

  it("knows media that reach to the end, and sizes of 64 bits", async () => {
    const open = bytes(uint32be(0), "mdat", Buffer.alloc(5000));
    const long = bytes(uint32be(1), "mdat", uint32be(0), uint32be(5016), Buffer.alloc(5000));
    for (const file of [bytes(FTYP, moov(trak()), open), bytes(FTYP, long, moov(trak()))]) {
      expect((await inspectAudio(file)).durationSeconds).toBe(SECONDS);
    }
  });

  it.each([
    ["AAC-LC in mono at 24 kHz", bytes(0x13, 0x08), 24_000, 1],
    ["HE-AAC by its own object type", bytes(0x2b, 0x92, 0x08, 0x00), 44_100, 2],
    ["HE-AAC by an extension", bytes(0x13, 0x90, 0x56, 0xe5, 0xa0), 44_100, 2],
    ["HE-AAC v2, stereo by parameters", bytes(0xeb, 0x8a, 0x08, 0x00), 44_100, 2],
    ["7.1 channels", bytes(0x11, 0xb8), 48_000, 8],
    ["an explicit sample rate", bytes(0x17, 0x80, 0x5d, 0xc0, 0x10), 48_000, 2],
  ])("takes %s from the decoder's configuration", async (_, config, sampleRate, channels) => {
    const file = bytes(FTYP, moov(trak({ entry: aacEntry(config) })), MDAT);
    expect(await inspectAudio(file)).toMatchObject({ codec: "aac", sampleRate, channels });
  });

  it("knows MPEG-4 ALS, whose frames are long and lossless", async () => {
    const entry = aacEntry(bytes(0xf8, 0x86, 0x40));
    const track = trak({ entry, timescale: 48_000, sizes: [2500, 2500], sampleDuration: 20_480 });
    expect(await inspectAudio(bytes(FTYP, moov(track), MDAT))).toMatchObject({
      codec: "mp4als",
      lossless: true,
      sampleRate: 48_000,
      durationSeconds: 40_960 / 48_000,
    });
  });

  it("takes ALAC's rate and channels from its cookie", async () => {
    const track = trak({ entry: alacEntry(96_000, 6), timescale: 96_000, sampleDuration: 4096 });
    expect(await inspectAudio(bytes(FTYP, moov(track), MDAT))).toMatchObject({
      codec: "alac",
      lossless: true,
      sampleRate: 96_000,
      channels: 6,
      durationSeconds: (100 * 4096) / 96_000,
    });
  });

  it("is as long as an edit that cuts it, but not shortened by the encoder's delay", async () => {
    const cut = trak({ edits: [[1200, 2112]] });
    const primed = trak({ edits: [[2270, 2112]] });
    const delayed = trak({
      edits: [
        [60_000, 0xffffffff],
        [2322, 0],
      ],
    });
    const seconds = async (track: Buffer) =>
      (await inspectAudio(bytes(FTYP, moov(track), MDAT))).durationSeconds;
    expect(await seconds(cut)).toBe(1.2);
    expect(await seconds(primed)).toBe(SECONDS);
    expect(await seconds(delayed)).toBe(SECONDS);
  });

  it("does not believe samples that last longer than they can", async () => {
    const file = bytes(FTYP, moov(trak({ sampleDuration: 0x7fffffff })), MDAT);
    expect(await inspectAudio(file)).toMatchObject({
      durationSeconds: SECONDS,
      durationSource: "measured",
    });
  });

  it("may have chapters in text and pictures", async () => {
    const titles = trak({ id: 2, handler: "text", entry: box("text", Buffer.alloc(8)) });
    const pictures = trak({ id: 3, handler: "vide", entry: box("jpeg", Buffer.alloc(70)) });
    const file = bytes(FTYP, moov(trak({ chapters: [2, 3] }), titles, pictures), MDAT);
    expect(await inspectAudio(file)).toMatchObject({ format: "m4a", codec: "aac" });
  });

  it.each([
    ["MPEG-4", pictureEntry()],
    ["QuickTime", box("jpeg", Buffer.alloc(78))],
  ])("may have a cover that is a video track of one picture, as in %s", async (_, entry) => {
    const cover = trak({ id: 2, handler: "vide", entry, sizes: [900] });
    const file = bytes(FTYP, moov(trak(), cover), MDAT);
    expect(await inspectAudio(file)).toMatchObject({ format: "m4a", codec: "aac" });
  });

  it("may be fragmented", async () => {
    const start = moov(trak({ sizes: [] }), box("mvex", trex(1, 1024, 50)));
    const part = (sizes?: number[]) => bytes(moof(1, 3, sizes), box("mdat", Buffer.alloc(150)));
    const file = bytes(FTYP, start, part(), part([40, 50, 60]), part());
    expect(await inspectAudio(file)).toMatchObject({
      durationSeconds: (9 * 1024) / 44_100,
      bitrate: Math.round((8 * 450) / ((9 * 1024) / 44_100)),
    });
  });

  it("does not follow boxes that are nested without end", async () => {
    const depth = 60_000;
    for (const type of ["mdia", "udta", "meta", "ilst"]) {
      const nest = Buffer.concat(
        Array.from({ length: depth }, (_, level) => bytes(uint32be(8 * (depth - level)), type)),
      );
      const file = bytes(FTYP, moov(box("trak", nest), nest, trak()), MDAT);
      expect(await inspectAudio(file)).toMatchObject({ codec: "aac" });
    }
  });

  it.each([
    ["has no moov", bytes(FTYP, MDAT)],
    ["ends inside moov", bytes(FTYP, MDAT, moov(trak())).subarray(0, -200)],
    ["lacks its media", bytes(FTYP, moov(trak()))],
    ["lacks half of its media", bytes(FTYP, moov(trak()), MDAT).subarray(0, -2500)],
    ["lists no samples", bytes(FTYP, moov(trak({ sizes: [] })), MDAT)],
    [
      "has billions of fragment samples in no bytes",
      bytes(
        FTYP,
        moov(trak({ sizes: [] }), box("mvex", trex(1, 1024, 0))),
        moof(1, 0xffffffff),
        MDAT,
      ),
    ],
  ])("is refused where it %s", async (_, file) => {
    await expect(inspectAudio(file)).rejects.toMatchObject({ code: "invalid_media" });
  });

  it.each([
    [
      "a video",
      bytes(
        FTYP,
        moov(trak(), trak({ id: 2, handler: "vide", entry: box("avc1", Buffer.alloc(70)) })),
        MDAT,
      ),
    ],
    [
      "a video that poses as chapters",
      bytes(
        FTYP,
        moov(
          trak({ chapters: [2] }),
          trak({ id: 2, handler: "vide", entry: box("avc1", Buffer.alloc(70)) }),
        ),
        MDAT,
      ),
    ],
    [
      "a video of one frame",
      bytes(
        FTYP,
        moov(trak(), trak({ id: 2, handler: "vide", entry: pictureEntry(0x20), sizes: [900] })),
        MDAT,
      ),
    ],
    [
      "a video of JPEG pictures",
      bytes(
        FTYP,
        moov(trak(), trak({ id: 2, handler: "vide", entry: pictureEntry(), sizes: [90, 90] })),
        MDAT,
      ),
    ],
    ["a file without sound", bytes(FTYP, moov(), MDAT)],
    ["encrypted sound", bytes(FTYP, moov(trak({ entry: soundEntry("drms") })), MDAT)],
    ["a QuickTime movie", bytes(box("ftyp", "qt  ", uint32be(0)), moov(trak()), MDAT)],
    ["an HEIC image", bytes(box("ftyp", "heic", uint32be(0)), box("meta", mvhd()))],
    ["an AVIF image", bytes(box("ftyp", "avif", uint32be(0)), box("meta", mvhd()))],
  ])("is not %s", async (_, file) => {
    await expect(inspectAudio(file)).rejects.toMatchObject({ code: "unsupported_media_type" });
  });
});
