import { describe, expect, it } from "@jest/globals";

import { MediaInspector } from "../src/media-inspector.js";
import { fmt, MP3_FRAME_SECONDS, mp3Frames, wav, type WavFields } from "./support/audio.js";
import { bytes, uint16le, uint32le } from "./support/bytes.js";
import { riffChunk } from "./support/images.js";
import { inspectAudio } from "./support/inspect.js";

const SECOND = 44_100 * 4;
const data = (size: number) => riffChunk("data", Buffer.alloc(size, 1));
/** A data chunk whose header says something else than what comes. */
const claiming = (size: number, actual: number) =>
  bytes("data", uint32le(size), Buffer.alloc(actual, 1));

describe("a WAV whose header no audio can have", () => {
  const rawWav = (tag: number, channels: number, rate: number, bits: number): Buffer => {
    const header = Buffer.alloc(44);
    header.write("RIFF", 0, "latin1");
    header.writeUInt32LE(36 + 1000, 4);
    header.write("WAVEfmt ", 8, "latin1");
    header.writeUInt32LE(16, 16);
    header.writeUInt16LE(tag, 20);
    header.writeUInt16LE(channels, 22);
    header.writeUInt32LE(rate, 24);
    header.writeUInt32LE(1, 28);
    header.writeUInt16LE(1, 32);
    header.writeUInt16LE(bits, 34);
    header.write("data", 36, "latin1");
    header.writeUInt32LE(1000, 40);
    return Buffer.concat([header, Buffer.alloc(1000)]);
  };
  const outcome = (bytes: Buffer): unknown => {
    const inspector = new MediaInspector();
    try {
      inspector.write(bytes);
      inspector.end();
      return inspector.facts;
    } catch (error) {
      return error;
    }
  };

  it.each([
    ["4,294,967,295 Hz", rawWav(1, 1, 0xffffffff, 8), "invalid_media"],
    ["40,000 channels", rawWav(1, 40_000, 44_100, 8), "invalid_media"],
    ["65,535 bits a sample", rawWav(1, 1, 44_100, 65_535), "invalid_media"],
    ["an unknown format", rawWav(0x1234, 1, 44_100, 16), "unsupported_media_type"],
  ])("is refused: %s", (_what, bytes, code) => {
    expect(outcome(bytes)).toMatchObject({ code });
  });
});

describe("a WAV", () => {
  it("is as long as its data", async () => {
    expect(await inspectAudio(wav(fmt(), data(SECOND)))).toEqual({
      kind: "audio",
      format: "wav",
      contentType: "audio/wav",
      durationSeconds: 1,
      durationSource: "measured",
      bitrate: 8 * SECOND,
      sampleRate: 44_100,
      channels: 2,
      codec: "pcm_s16le",
      lossless: true,
      tags: {},
    });
  });

  it.each<[string, WavFields, number, boolean]>([
    ["pcm_u8", { bits: 8 }, 2, true],
    ["pcm_s24le", { bits: 24 }, 6, true],
    ["pcm_s32le", { bits: 32 }, 8, true],
    ["pcm_s24le", { bits: 20, blockAlign: 6 }, 6, true],
    ["pcm_f32le", { tag: 3, bits: 32 }, 8, true],
    ["pcm_f64le", { tag: 3, bits: 64 }, 16, true],
    ["pcm_alaw", { tag: 6, bits: 8 }, 2, false],
    ["pcm_mulaw", { tag: 7, bits: 8 }, 2, false],
    ["pcm_s16le", { blockAlign: 1 }, 4, true],
  ])("measures %s (%j)", async (codec, fields, frameBytes, lossless) => {
    const facts = await inspectAudio(wav(fmt(fields), data(44_100 * frameBytes)));
    expect(facts).toMatchObject({ codec, lossless, durationSeconds: 1 });
  });

  it("looks through WAVE_FORMAT_EXTENSIBLE", async () => {
    const guid = bytes(uint16le(3), 0, 0, 0, 0, 0x10, 0, 0x80, 0, 0, 0xaa, 0, 0x38, 0x9b, 0x71);
    const extension = bytes(uint16le(22), uint16le(32), uint32le(3), guid);
    const file = wav(fmt({ tag: 0xfffe, bits: 32, extension }), data(2 * SECOND));
    expect(await inspectAudio(file)).toMatchObject({ codec: "pcm_f32le", durationSeconds: 1 });
  });

  it("knows AC-3 and MP2 by their sub-formats", async () => {
    const subFormat = (first: number) =>
      bytes(first, "\x80\x6d\xe0\x46\xdb\xcf\x11\xb4\xd1\x00\x80\x5f\x6c\xbb\xea");
    for (const [first, codec] of [
      [0x2b, "mp2"],
      [0x2c, "ac3"],
    ] as const) {
      const extension = bytes(uint16le(22), uint16le(0), uint32le(3), subFormat(first));
      const file = wav(fmt({ tag: 0xfffe, bits: 0, blockAlign: 1, extension }), data(44_100));
      expect(await inspectAudio(file)).toMatchObject({ codec, durationSeconds: 1 });
    }
  });

  it("counts the blocks of IMA ADPCM, and trims the last by fact", async () => {
    const extension = bytes(uint16le(2), uint16le(505));
    const adpcm = fmt({
      tag: 0x11,
      channels: 1,
      sampleRate: 8000,
      bits: 4,
      blockAlign: 256,
      extension,
    });
    const fact = riffChunk("fact", uint32le(4800));
    expect(await inspectAudio(wav(adpcm, data(2560)))).toMatchObject({
      codec: "adpcm_ima_wav",
      durationSeconds: 5050 / 8000,
    });
    expect(await inspectAudio(wav(adpcm, fact, data(2560)))).toMatchObject({
      durationSeconds: 4800 / 8000,
    });
  });

  it("counts the frames of MP3, whose average rate and fact may be wrong", async () => {
    // As FFmpeg writes it: no average rate, no bits per sample, blocks of one frame's samples.
    const fields = fmt({ tag: 0x55, bits: 0, blockAlign: 1152, extension: uint16le(0) });
    fields.writeUInt32LE(0, 16);
    const fact = riffChunk("fact", uint32le(999_999));
    const info = riffChunk("LIST", bytes("INFO", riffChunk("INAM", bytes("Title"))));
    const file = wav(fields, fact, riffChunk("data", mp3Frames(20)), info);
    expect(await inspectAudio(file)).toMatchObject({
      codec: "mp3",
      lossless: false,
      durationSeconds: 20 * MP3_FRAME_SECONDS,
      durationSource: "measured",
      tags: { title: "Title" },
    });
  });

  it("counts the blocks of GSM 6.10, which gives no bits per sample", async () => {
    const extension = bytes(uint16le(2), uint16le(320));
    const gsm = fmt({
      tag: 0x31,
      channels: 1,
      sampleRate: 8000,
      bits: 0,
      blockAlign: 65,
      extension,
    });
    expect(await inspectAudio(wav(gsm, data(6500)))).toMatchObject({
      codec: "gsm_ms",
      durationSeconds: 4,
    });
  });

  it.each([0, 1])(
    "believes fact where the average rate of another codec is missing or wrong (%i)",
    async (blockAlign) => {
      const g722 = fmt({ tag: 0x28f, channels: 1, sampleRate: 16_000, bits: 0, blockAlign });
      const file = wav(g722, riffChunk("fact", uint32le(32_000)), data(16_000));
      expect(await inspectAudio(file)).toMatchObject({
        codec: "adpcm_g722",
        durationSeconds: 2,
        durationSource: "header",
      });
    },
  );

  it("believes fact for other codecs only as far as the bytes can carry it", async () => {
    const mp3 = fmt({ tag: 0x55, bits: 0, blockAlign: 1, sampleRate: 16_000 });
    const fact = (samples: number) => riffChunk("fact", uint32le(samples));
    expect(await inspectAudio(wav(mp3, fact(16_100), data(16_000)))).toMatchObject({
      codec: "mp3",
      durationSeconds: 16_100 / 16_000,
      durationSource: "header",
    });
    expect(await inspectAudio(wav(mp3, fact(99_999_999), data(16_000)))).toMatchObject({
      durationSeconds: 1,
      durationSource: "estimated",
    });
  });

  it.each<[string, number, WavFields, boolean]>([
    ["g729", 0x83, { sampleRate: 8000, channels: 1, blockAlign: 10 }, false],
    ["g723_1", 0x42, { sampleRate: 8000, channels: 1, blockAlign: 24 }, false],
    ["g723_1", 0x111, { sampleRate: 8000, channels: 1, blockAlign: 24 }, false],
    ["vorbis", 0x674f, { blockAlign: 1 }, false],
    ["vorbis", 0x6771, { blockAlign: 1 }, false],
    ["flac", 0xf1ac, { blockAlign: 4 }, true],
    ["wmalossless", 0x163, { blockAlign: 4 }, true],
    ["alac", 0x616c, { blockAlign: 4 }, true],
    ["wavpack", 0x5756, { blockAlign: 4 }, true],
    ["0x1c07", 0x1c07, { sampleRate: 8000, channels: 1, blockAlign: 20 }, false],
  ])(
    "has the container's facts where it holds %s (tag %i)",
    async (codec, tag, fields, lossless) => {
      const { sampleRate = 44_100, channels = 2 } = fields;
      const header = fmt({ ...fields, tag, bits: 0 });
      header.writeUInt32LE(4000, 16);
      expect(await inspectAudio(wav(header, data(8000)))).toMatchObject({
        codec,
        lossless,
        sampleRate,
        channels,
        durationSeconds: 2,
        durationSource: "estimated",
      });
      const fact = riffChunk("fact", uint32le(3 * sampleRate));
      expect(await inspectAudio(wav(header, fact, data(8000)))).toMatchObject({
        durationSeconds: 3,
        durationSource: "header",
      });
    },
  );

  it("counts codecs of so many bits a sample where no rate is given", async () => {
    const oki = { tag: 0x17, channels: 1, sampleRate: 8000, bits: 4, blockAlign: 0 };
    expect(await inspectAudio(wav(fmt(oki), data(8000)))).toMatchObject({
      codec: "adpcm_ima_oki",
      durationSeconds: 2,
      durationSource: "measured",
    });
  });

  it.each([
    ["a format that is not registered", wav(fmt({ tag: 0x1234, bits: 65_535 }), data(SECOND))],
    ["no format at all", wav(fmt({ tag: 0 }), data(SECOND))],
    ["an unknown sub-format", wav(fmt({ tag: 0xfffe, extension: Buffer.alloc(24, 7) }), data(8))],
    ["an unknown format, and is cut", wav(fmt({ tag: 0x1234 }), claiming(2 * SECOND, SECOND))],
    [
      "a codec without a constant rate or a length",
      wav(fmt({ tag: 0x674f, blockAlign: 0 }), data(SECOND)),
    ],
  ])("is of no supported kind where it has %s", async (_, file) => {
    await expect(inspectAudio(file)).rejects.toMatchObject({ code: "unsupported_media_type" });
  });

  it.each([
    ["0", 0],
    ["0xFFFFFFFF", 0xffffffff],
    ["GStreamer's 0x7FFF0000", 0x7fff0000],
    ["0x7FFFF000", 0x7ffff000],
    ["0x7FFFFFFF", 0x7fffffff],
    ["too large by a header", SECOND + 44],
  ])("counts the bytes that come where the data size is %s", async (_, size) => {
    const facts = await inspectAudio(wav(fmt(), claiming(size, SECOND)));
    expect(facts.durationSeconds).toBe(1);
  });

  it("passes over chunks before and behind the data, of odd size, padded or not", async () => {
    const odd = riffChunk("bext", Buffer.alloc(7, 1));
    const unpadded = bytes("junk", uint32le(3), "abc");
    const file = wav(odd, unpadded, fmt(), odd, data(SECOND), riffChunk("cue ", Buffer.alloc(28)));
    expect((await inspectAudio(file)).durationSeconds).toBe(1);
  });

  it("takes the long sizes of RF64 and BW64 from ds64", async () => {
    const ds64 = riffChunk("ds64", bytes(Buffer.alloc(8), uint32le(SECOND), Buffer.alloc(16)));
    const tail = bytes(
      fmt(),
      claiming(0xffffffff, SECOND),
      riffChunk("LIST", Buffer.alloc(SECOND)),
    );
    for (const id of ["RF64", "BW64"]) {
      const file = bytes(id, uint32le(0xffffffff), "WAVE", ds64, tail);
      expect((await inspectAudio(file)).durationSeconds).toBe(1);
    }
  });

  it.each([
    ["has no data", wav(fmt())],
    ["has empty data", wav(fmt(), data(0))],
    [
      "has empty data before other chunks",
      wav(fmt(), data(0), riffChunk("LIST", Buffer.alloc(90))),
    ],
    ["has data before fmt", wav(data(SECOND), fmt())],
    ["has a short fmt chunk", wav(riffChunk("fmt ", Buffer.alloc(8)), data(SECOND))],
    ["has no channels", wav(fmt({ channels: 0 }), data(SECOND))],
    ["has no sample rate", wav(fmt({ sampleRate: 0 }), data(SECOND))],
    ["ends in the middle of its data", wav(fmt(), claiming(2 * SECOND, SECOND))],
    [
      "ends in the middle of its data, whose size is in ds64",
      bytes(
        "RF64",
        uint32le(0xffffffff),
        "WAVE",
        riffChunk("ds64", bytes(Buffer.alloc(8), uint32le(2 * SECOND), Buffer.alloc(16))),
        fmt(),
        claiming(0xffffffff, SECOND),
      ),
    ],
  ])("is refused where it %s", async (_, file) => {
    await expect(inspectAudio(file)).rejects.toMatchObject({ code: "invalid_media" });
  });

  it("is not RIFX", async () => {
    const file = wav(fmt(), data(SECOND));
    file.write("RIFX", "latin1");
    await expect(inspectAudio(file)).rejects.toMatchObject({ code: "unsupported_media_type" });
  });
});
