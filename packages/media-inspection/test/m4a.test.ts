import { describe, expect, it } from "@jest/globals";

import { audioFacts } from "../src/audio/audio-facts.js";
import { bytes, float64be, uint24be, uint32be } from "./support/bytes.js";
import { inspectAudio } from "./support/inspect.js";
import {
  AAC_LC_STEREO,
  aacEntry,
  alacEntry,
  box,
  esds,
  FTYP,
  MDAT,
  moof,
  moov,
  mvhd,
  pictureEntry,
  soundEntry,
  trak,
  trex,
  versionedEntry,
} from "./support/m4a.js";

const SECONDS = (100 * 1024) / 44_100;

/** A track with sizes of so many bits, which its sizes of 32 bits are read as. */
function compactSizes(bits: number): Buffer {
  const track = trak({ sizes: Array.from({ length: 100 }, () => 0x11112345) });
  const at = track.indexOf("stsz");
  track.write("stz2", at, "latin1");
  track[at + 11] = bits;
  return track;
}

describe("an M4A", () => {
  it.each([
    [4, 12 * 18 + 4],
    [8, 25 * 0x8a],
    [16, 50 * 0x3456],
  ])("is measured by sizes of %d bits", async (bits, size) => {
    const media = box("mdat", Buffer.alloc(size));
    const { bitrate } = await inspectAudio(bytes(FTYP, moov(compactSizes(bits)), media));
    expect(bitrate).toBe(Math.round((8 * size) / SECONDS));
  });

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
    expect(await seconds(delayed)).toBeCloseTo(60 + SECONDS, 3);
  });

  it("counts an encoder's delay at a low sample rate too, where it is long", async () => {
    const track = trak({
      entry: aacEntry(bytes(0x15, 0x88)),
      timescale: 8000,
      sizes: [50, 50, 50],
      edits: [[256, 1024]],
    });
    const facts = await inspectAudio(bytes(FTYP, moov(track), MDAT));
    expect(facts).toMatchObject({ sampleRate: 8000, durationSeconds: (3 * 1024) / 8000 });
  });

  it.each<[string, [number, number][], number]>([
    ["cut by less than half a second", [[2000, 0]], 2],
    [
      "cut in the middle",
      [
        [500, 0],
        [500, 66_150],
      ],
      1,
    ],
    [
      "played twice",
      [
        [2000, 0],
        [2000, 0],
      ],
      4,
    ],
    [
      "delayed and paused",
      [
        [1500, -1],
        [1000, 0],
        [3000, -1],
        [1000, 44_100],
      ],
      6.5,
    ],
    [
      "edited to its end, whatever that is",
      [
        [1000, -1],
        [0, 22_050],
      ],
      1 + SECONDS - 0.5,
    ],
    ["edited beyond its end", [[9000, 22_050]], SECONDS - 0.5],
    ["edited to nothing", [[1000, 999_999]], SECONDS],
    [
      "delayed by days",
      [
        [300_000_000, -1],
        [2000, 0],
      ],
      SECONDS,
    ],
    ["repeated for hours", Array.from({ length: 5000 }, () => [2000, 0]), SECONDS],
  ])("is as long as it plays where it is %s", async (_, edits, seconds) => {
    const track = trak({ edits });
    const facts = await inspectAudio(bytes(FTYP, moov(track), MDAT));
    expect(facts.durationSeconds).toBeCloseTo(seconds, 6);
  });

  it("does not keep edits without bounds", async () => {
    const edits = (length: number) => Array.from({ length }, (): [number, number] => [1, 0]);
    const one = trak({ edits: edits(10_001) });
    const half = trak({ edits: edits(6000) });
    for (const tracks of [[one], [half, half]]) {
      await expect(inspectAudio(bytes(FTYP, moov(...tracks), MDAT))).rejects.toMatchObject({
        code: "invalid_media",
      });
    }
    const text = trak({ handler: "text", entry: box("text", Buffer.alloc(8)), edits: edits(6000) });
    expect(await inspectAudio(bytes(FTYP, moov(half, text, text), MDAT))).toMatchObject({
      codec: "aac",
    });
  });

  it("has the pauses that single samples make", async () => {
    const lengths: [number, number][] = [
      [50, 1024],
      [1, 20 * 44_100],
      [48, 1024],
      [1, -1024],
    ];
    const facts = await inspectAudio(bytes(FTYP, moov(trak({ lengths })), MDAT));
    expect(facts).toMatchObject({
      durationSeconds: 20 + (97 * 1024) / 44_100,
      durationSource: "header",
    });
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

  it("may have a fragment for each half second of three hours", async () => {
    const start = moov(trak({ sizes: [] }), box("mvex", trex(1, 1024, 50)));
    const samples = Array.from({ length: 21 }, () => 50);
    const media = box("mdat", Buffer.alloc(21 * 50));
    const parts = Array.from({ length: 21_600 }, (_, index) =>
      bytes(moof(1, 21, samples, index * 21 * 1024), media),
    );
    expect((await inspectAudio(bytes(FTYP, start, ...parts))).durationSeconds).toBeCloseTo(
      (21_600 * 21 * 1024) / 44_100,
      6,
    );
  });

  it.each([
    ["tfhd", box("tfhd", 0, uint24be(0x18), uint32be(1), uint32be(1024))],
    [
      "tfdt",
      bytes(box("tfhd", uint32be(0), uint32be(1)), box("tfdt", uint32be(1 << 24), uint32be(0))),
    ],
  ])("is refused where a %s box lacks fields", async (_, boxes) => {
    const start = moov(trak({ sizes: [] }), box("mvex", trex(1, 1024, 50)));
    const file = bytes(FTYP, start, box("moof", box("traf", boxes)), MDAT);
    await expect(inspectAudio(file)).rejects.toThrow("shorter than its");
  });

  it("has the pauses between its fragments, and starts with the first", async () => {
    const start = moov(trak({ sizes: [] }), box("mvex", trex(1, 1024, 50)));
    const at = (time: number) => bytes(moof(1, 3, undefined, time), box("mdat", Buffer.alloc(150)));
    const seconds = async (...times: number[]) =>
      (await inspectAudio(bytes(FTYP, start, ...times.map(at)))).durationSeconds;
    expect(await seconds(88_200, 88_200 + 3 * 1024)).toBeCloseTo((6 * 1024) / 44_100, 6);
    expect(await seconds(0, 441_000)).toBeCloseTo(10 + (3 * 1024) / 44_100, 6);
    // The fragments overlap.
    expect(await seconds(0, 3000)).toBeCloseTo((3000 + 3 * 1024) / 44_100, 6);
    // The clock starts anew.
    expect(await seconds(88_200, 0)).toBeCloseTo((6 * 1024) / 44_100, 6);
  });

  it("is not cut by an edit that was written before its fragments, but starts where it says", async () => {
    const track = trak({ sizes: [], edits: [[20, 1024 * 44]] });
    const start = moov(track, box("mvex", trex(1, 1024, 1)));
    const file = bytes(FTYP, start, moof(1, 150), box("mdat", Buffer.alloc(150)));
    expect((await inspectAudio(file)).durationSeconds).toBeCloseTo((106 * 1024) / 44_100, 6);
  });

  it.each([
    ["free space", box("free", Buffer.alloc(16)), FTYP],
    ["skipped space", box("skip"), FTYP],
    ["media", MDAT, FTYP],
    ["no type, but the movie", bytes()],
    ["no type, but QuickTime's wide box", box("wide")],
    ["QuickTime's type", box("ftyp", "qt  ", uint32be(0))],
  ])("may begin with %s", async (_, ...start) => {
    const file = bytes(...start, moov(trak()), MDAT);
    expect(await inspectAudio(file)).toMatchObject({ format: "m4a", durationSeconds: SECONDS });
  });

  it.each<[string, number, Uint8Array]>([
    ["ISO's version 1", 1, versionedEntry("mp4a", 1, esds(AAC_LC_STEREO))],
    ["QuickTime's version 1", 0, versionedEntry("mp4a", 1, Buffer.alloc(16), esds(AAC_LC_STEREO))],
    ["QuickTime's version 2", 0, versionedEntry("mp4a", 2, Buffer.alloc(36), esds(AAC_LC_STEREO))],
    ["ISO's version 1 in a list of version 0", 0, versionedEntry("mp4a", 1, esds(AAC_LC_STEREO))],
  ])("reads sample entries of %s", async (_, listVersion, entry) => {
    const file = bytes(FTYP, moov(trak({ listVersion, entry })), MDAT);
    expect(await inspectAudio(file)).toMatchObject({
      codec: "aac",
      sampleRate: 44_100,
      channels: 2,
    });
  });

  it("takes rate and channels from the fields of later versions where no configuration has them", async () => {
    const rate = versionedEntry("Opus", 1, box("srat", uint32be(0), uint32be(96_000)));
    expect(
      await inspectAudio(bytes(FTYP, moov(trak({ listVersion: 1, entry: rate })), MDAT)),
    ).toMatchObject({ codec: "opus", sampleRate: 48_000 });
    // The rate is rounded: facts have whole ones.
    const fields = bytes(uint32be(72), float64be(32_000.4), uint32be(6), Buffer.alloc(20));
    const entry = versionedEntry("ac-3", 2, fields);
    expect(await inspectAudio(bytes(FTYP, moov(trak({ entry })), MDAT))).toMatchObject({
      codec: "ac3",
      sampleRate: 32_000,
      channels: 6,
    });
  });

  it.each([
    [8, 48_000],
    [9, 24_000],
    [10, 12_000],
  ])(
    "halves the rate of AC-3 with each version of its stream above 8 (%i)",
    async (version, rate) => {
      // 48 kHz, the version, stereo.
      const config = uint24be((version << 17) | (2 << 11));
      const entry = soundEntry("ac-3", box("dac3", config));
      const file = bytes(FTYP, moov(trak({ entry, timescale: rate, sampleDuration: 1536 })), MDAT);
      expect(await inspectAudio(file)).toMatchObject({
        codec: "ac3",
        sampleRate: rate,
        channels: 2,
        durationSeconds: (100 * 1536) / rate,
      });
    },
  );

  it.each([
    ["rate", { sampleRate: 44_100.5 }],
    ["number of channels", { channels: 1.5 }],
    ["length", { durationSeconds: Infinity }],
  ])("is refused where a reader finds no usable %s", (_, wrong) => {
    const sound = {
      durationSeconds: 1,
      durationSource: "header" as const,
      audioBytes: 5000,
      sampleRate: 44_100,
      channels: 2,
      codec: "aac",
      lossless: false,
      tags: {},
    };
    expect(audioFacts("m4a", sound)).toMatchObject({ bitrate: 40_000 });
    expect(() => audioFacts("m4a", { ...sound, ...wrong })).toThrow("were expected");
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
    ["has sizes of one bit each", bytes(FTYP, moov(compactSizes(1)), MDAT)],
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
    [
      "a QuickTime movie",
      bytes(
        box("ftyp", "qt  ", uint32be(0)),
        moov(trak(), trak({ id: 2, handler: "vide", entry: box("avc1", Buffer.alloc(70)) })),
        MDAT,
      ),
    ],
    [
      "a QuickTime movie of sprites",
      bytes(
        box("wide"),
        moov(trak(), trak({ id: 2, handler: "sprt", entry: box("sprt", Buffer.alloc(70)) })),
        MDAT,
      ),
    ],
    ["space without a movie", bytes(box("free", Buffer.alloc(90)), MDAT)],
    ["text that has a box's name in the right place", bytes("The free world ".repeat(20))],
    ["an HEIC image", bytes(box("ftyp", "heic", uint32be(0)), box("meta", mvhd()))],
    ["an AVIF image", bytes(box("ftyp", "avif", uint32be(0)), box("meta", mvhd()))],
  ])("is not %s", async (_, file) => {
    await expect(inspectAudio(file)).rejects.toMatchObject({ code: "unsupported_media_type" });
  });
});
