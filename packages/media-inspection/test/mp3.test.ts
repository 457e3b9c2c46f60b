import { describe, expect, it } from "@jest/globals";

import {
  id3Frame,
  id3v1,
  id3v2,
  MP3_FRAME,
  MP3_FRAME_SECONDS,
  mp3Frames,
  xingFrame,
} from "./support/audio.js";
import { bytes, uint32be, uint32le } from "./support/bytes.js";
import { inspect, inspectAudio } from "./support/inspect.js";

/** As many frames as behind nothing. */
async function frames(file: Uint8Array): Promise<number> {
  const { durationSeconds } = await inspectAudio(file);
  return Math.round((1000 * durationSeconds) / MP3_FRAME_SECONDS) / 1000;
}

describe("an MP3", () => {
  it("is as long as its frames", async () => {
    expect(await inspectAudio(mp3Frames(10))).toEqual({
      kind: "audio",
      format: "mp3",
      contentType: "audio/mpeg",
      durationSeconds: 10 * MP3_FRAME_SECONDS,
      durationSource: "measured",
      bitrate: Math.round((8 * 417) / MP3_FRAME_SECONDS),
      sampleRate: 44_100,
      channels: 2,
      codec: "mp3",
      lossless: false,
      tags: {},
    });
  });

  it("is measured where the bitrate varies without a header", async () => {
    // 64 kbit/s: 208 bytes.
    const small = bytes(0xff, 0xfb, 0x50, 0x64, Buffer.alloc(204));
    const { bitrate } = await inspectAudio(bytes(mp3Frames(5), small, small, mp3Frames(3)));
    expect(bitrate).toBe(Math.round((8 * (8 * 417 + 2 * 208)) / (10 * MP3_FRAME_SECONDS)));
  });

  it("reads MPEG-2 and MPEG-2.5, in mono", async () => {
    // 64 kbit/s at 22.05 kHz: 208 bytes, 576 samples; at 11.025 kHz: 417 bytes.
    const mpeg2 = bytes(0xff, 0xf3, 0x80, 0xc4, Buffer.alloc(204));
    const mpeg25 = bytes(0xff, 0xe3, 0x80, 0xc4, Buffer.alloc(413));
    expect(await inspectAudio(bytes(mpeg2, mpeg2, mpeg2))).toMatchObject({
      sampleRate: 22_050,
      channels: 1,
      durationSeconds: (3 * 576) / 22_050,
    });
    expect(await inspectAudio(bytes(mpeg25, mpeg25, mpeg25))).toMatchObject({
      sampleRate: 11_025,
      durationSeconds: (3 * 576) / 11_025,
    });
  });

  it("does not count a Xing frame, nor believe what it claims", async () => {
    expect(await frames(bytes(xingFrame(10), mp3Frames(10)))).toBe(10);
    expect(await frames(bytes(xingFrame(1_000_000), mp3Frames(10)))).toBe(10);
  });

  it.each([5, 10, 500])("goes on behind a Xing header's count of %d", async (count) => {
    const rest = bytes(Buffer.alloc(1000, 7), mp3Frames(20));
    expect(await frames(bytes(xingFrame(count), mp3Frames(10), rest))).toBe(30);
  });

  it.each<[string, Uint8Array]>([
    ["inside a frame", MP3_FRAME.subarray(0, 300)],
    ["inside a frame's header", MP3_FRAME.subarray(0, 2)],
  ])("is cut if it ends %s before a Xing header's count", async (_, end) => {
    const file = (count: number) => bytes(xingFrame(count), mp3Frames(10), end);
    await expect(inspect(file(11))).rejects.toMatchObject({ code: "invalid_media" });
    await expect(inspect(file(11))).rejects.toThrow(
      "announces 11 frames, but it ends inside one after 10",
    );
    expect(await frames(file(10))).toBe(10);
    expect(await frames(bytes(mp3Frames(10), end))).toBe(10);
    expect(await frames(bytes(xingFrame(11), mp3Frames(10), id3v1("x")))).toBe(10);
  });

  describe("joined of streams", () => {
    // 64 kbit/s at 22.05 kHz in mono: 208 bytes, 576 samples.
    const small = bytes(0xff, 0xf3, 0x80, 0xc4, Buffer.alloc(204));
    const smalls = (count: number) => Buffer.concat(Array.from({ length: count }, () => small));
    const smallSeconds = 576 / 22_050;
    // 128 kbit/s at 44.1 kHz in mono.
    const mono = bytes(0xff, 0xfb, 0x90, 0xc4, Buffer.alloc(413));

    it.each<[string, Uint8Array]>([
      ["at once", bytes()],
      ["with a tag between", id3v2(bytes(), { padding: 50 })],
      ["with garbage between", Buffer.alloc(2000, 9)],
    ])("lasts as long as all of them, %s", async (_, between) => {
      const file = bytes(mp3Frames(10), between, smalls(12), between, mp3Frames(5));
      const facts = await inspectAudio(file);
      expect(facts.durationSeconds).toBeCloseTo(15 * MP3_FRAME_SECONDS + 12 * smallSeconds, 9);
      expect(facts).toMatchObject({ sampleRate: 44_100, channels: 2 });
    });

    it("has the facts of the longest, not of a few frames in front", async () => {
      const facts = await inspectAudio(bytes(mp3Frames(3), smalls(40)));
      expect(facts).toMatchObject({ sampleRate: 22_050, channels: 1 });
      expect(facts.durationSeconds).toBeCloseTo(3 * MP3_FRAME_SECONDS + 40 * smallSeconds, 9);
    });

    it("tells mono from stereo", async () => {
      const facts = await inspectAudio(bytes(mp3Frames(3), mono, mono, mono, mono));
      expect(facts).toMatchObject({ sampleRate: 44_100, channels: 1 });
      expect(facts.durationSeconds).toBeCloseTo(7 * MP3_FRAME_SECONDS, 9);
    });
  });

  it.each<[string, Uint8Array]>([
    ["an ID3v2 tag", id3v2(bytes(), { padding: 5000 })],
    ["two ID3v2 tags", bytes(id3v2(bytes(), { padding: 50 }), id3v2(bytes(), { padding: 9 }))],
    ["an ID3v2 tag with a picture full of frames", id3v2(id3Frame("APIC", mp3Frames(9)))],
    ["zeros", Buffer.alloc(300_000)],
    ["the rest of a cut frame", Buffer.alloc(300, 0x55)],
    [
      "an APE tag",
      bytes(
        "APETAGEX",
        uint32le(2000),
        uint32le(32),
        uint32le(0),
        uint32le(0xa0000000),
        Buffer.alloc(8 + 32, 0xff),
      ),
    ],
  ])("is found behind %s", async (_, before) => {
    expect(await frames(bytes(before, mp3Frames(10)))).toBe(10);
  });

  it.each<[string, Uint8Array]>([
    ["an ID3v1 tag", id3v1("x")],
    ["an ID3v2 tag", id3v2(bytes(), { padding: 50 })],
    ["both", bytes(id3v1("x"), id3v2(bytes(), { padding: 50 }))],
  ])("counts on behind %s, as where files were concatenated", async (_, tag) => {
    expect(await frames(bytes(mp3Frames(3), tag, mp3Frames(4)))).toBe(7);
    const withHeaders = bytes(xingFrame(3), mp3Frames(3), tag, xingFrame(4), mp3Frames(4));
    // The second header plays, as silence.
    expect(await frames(withHeaders)).toBe(8);
  });

  it.each<[string, Uint8Array]>([
    ["an ID3v1 tag", id3v1("x")],
    ["zeros", Buffer.alloc(5000)],
    ["garbage", Buffer.alloc(200_000, 0x5a)],
    ["a cut frame", MP3_FRAME.subarray(0, 300)],
    ["an ID3v2 tag with frames in it", id3v2(mp3Frames(9))],
  ])("does not count %s behind its audio", async (_, behind) => {
    expect(await frames(bytes(mp3Frames(10), behind))).toBe(10);
  });

  it("is found behind an ID3v2 tag whose size is not syncsafe", async () => {
    const title = id3Frame("TIT2", bytes(0, "Title"));
    for (const size of [0xd0, 3_000_000]) {
      const body = bytes(id3Frame("APIC", Buffer.alloc(size)), title);
      const tag = bytes("ID3", 3, 0, 0, uint32be(body.length), body);
      expect(body.length & 0x80808080).not.toBe(0);
      expect(await frames(bytes(tag, mp3Frames(10)))).toBe(10);
      const { tags } = await inspectAudio(bytes(tag, mp3Frames(10)));
      expect(tags.title).toBe("Title");
    }
  });

  it("is found behind what claims to be an ID3v2 tag and is none", async () => {
    const junk = bytes("ID3", 3, 0, 0, uint32be(0xfffff), Buffer.alloc(60));
    expect(await frames(bytes(junk, mp3Frames(10)))).toBe(10);
  });

  it("goes on behind damage", async () => {
    expect(await frames(bytes(mp3Frames(10), Buffer.alloc(3000, 9), mp3Frames(7)))).toBe(17);
  });

  it.each<[string, Uint8Array]>([
    ["an ID3v2 tag and nothing", id3v2(bytes(), { padding: 500 })],
    ["an ID3v2 tag and no frames", bytes(id3v2(bytes()), Buffer.alloc(9000, 1))],
    ["a Xing frame and no audio", bytes(xingFrame(1000))],
    ["a tag that never ends", id3v2(bytes(), { padding: 5000 }).subarray(0, 900)],
  ])("is refused as broken with %s", async (_, file) => {
    await expect(inspect(file)).rejects.toMatchObject({ code: "invalid_media" });
  });

  it.each<[string, Uint8Array]>([
    [
      "Layer II",
      Buffer.concat(Array.from({ length: 9 }, () => bytes(0xff, 0xfd, 0x80, 4, Buffer.alloc(413)))),
    ],
    ["AAC in ADTS", bytes(0xff, 0xf1, 0x50, 0x80, 0x2e, 0x7f, 0xfc, Buffer.alloc(900))],
    ["AAC in ADTS behind a tag", bytes(id3v2(bytes()), 0xff, 0xf1, 0x50, 0x80, Buffer.alloc(900))],
    ["frames behind too much junk", bytes(Buffer.alloc(140_000, 1), mp3Frames(20))],
    ["frames in a ZIP archive", bytes("PK\x03\x04", mp3Frames(20))],
    ["frames behind HTML", bytes("<html>", mp3Frames(20))],
    ["lone frames among other bytes", bytes("x", MP3_FRAME, MP3_FRAME, "x", Buffer.alloc(900, 1))],
  ])("is not %s", async (_, file) => {
    await expect(inspect(file)).rejects.toMatchObject({ code: "unsupported_media_type" });
  });
});
