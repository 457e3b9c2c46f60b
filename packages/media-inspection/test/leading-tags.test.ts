import { describe, expect, it } from "@jest/globals";

import {
  ape,
  flacFrames,
  fmt,
  id3Frame,
  id3v2,
  MP3_FRAME_SECONDS,
  mp3Frames,
  streamInfo,
  wav,
} from "./support/audio.js";
import { bytes, uint32be } from "./support/bytes.js";
import { png, pngHeader, riffChunk } from "./support/images.js";
import { inspect, inspectAudio } from "./support/inspect.js";
import { FTYP, MDAT, moov, trak } from "./support/m4a.js";

const SOUNDS = {
  mp3: mp3Frames(10),
  flac: bytes("fLaC", streamInfo(0), flacFrames(3)),
  wav: wav(fmt(), riffChunk("data", Buffer.alloc(400))),
  m4a: bytes(FTYP, moov(trak()), MDAT),
};
const FORMATS = Object.entries(SOUNDS);

const title = id3Frame("TIT2", bytes(3, "Title"));
const album = id3Frame("TALB", bytes(3, "Album"));
/** Full of bytes that are no audio. */
const picture = (size: number) =>
  id3Frame("APIC", bytes(0, "image/jpeg", 0, 3, 0, Buffer.alloc(size, bytes(0xff, 0, 0x4a))));

/** A tag of version 2.3 that claims another size than it has. */
function claiming(size: number, body: Uint8Array): Buffer {
  const tag = id3v2(body, { version: 3 });
  const header = id3v2(bytes(), { version: 3 });
  header.set(id3v2(Buffer.alloc(size), { version: 3 }).subarray(6, 10), 6);
  return bytes(header, tag.subarray(10));
}

async function found(...file: Uint8Array[]): Promise<[string, string | undefined, number]> {
  const { format, tags, durationSeconds } = await inspectAudio(bytes(...file));
  return [format, tags.title, durationSeconds];
}

describe.each(FORMATS)("a sound of %s", (format, sound) => {
  const alone = async () => (await inspectAudio(sound)).durationSeconds;

  it.each<[string, Uint8Array]>([
    ["an ID3v2 tag", id3v2(title)],
    ["a large ID3v2 tag", id3v2(bytes(picture(3_000_000), title), { version: 3 })],
    ["a tag and zeros", bytes(id3v2(title), format === "m4a" ? "" : Buffer.alloc(700))],
    ["zeros and a tag", bytes(Buffer.alloc(3), id3v2(title))],
    ["an APE tag", ape({ Title: "Title", "Cover Art (Front)": Buffer.alloc(2_000_000, 7) })],
    ["both", bytes(id3v2(title), ape({ Artist: "Artist" }))],
  ])("is found behind %s", async (_, before) => {
    expect(await found(before, sound)).toEqual([format, "Title", await alone()]);
  });

  it("is found behind a tag whose size leaves out the picture", async () => {
    const body = bytes(title, picture(300_000));
    for (const size of [title.length, title.length + 20, 2000]) {
      expect(await found(claiming(size, body), sound)).toEqual([format, "Title", await alone()]);
    }
    const behind = claiming(2000, bytes(title, picture(300_000), album));
    expect((await inspectAudio(bytes(behind, sound))).tags).toMatchObject({ album: "Album" });
  });

  it("is found behind a tag whose size is not syncsafe", async () => {
    const body = bytes(picture(300_000), title, Buffer.alloc(format === "m4a" ? 0 : 0x1f0));
    const tag = bytes("ID3", 3, 0, 0, uint32be(body.length), body);
    expect(body.length & 0x80808080).not.toBe(0);
    expect(await found(tag, sound)).toEqual([format, "Title", await alone()]);
  });

  it("is found in a tag whose size is too large", async () => {
    expect(await found(claiming(5_000_000, title), sound)).toEqual([
      format,
      "Title",
      await alone(),
    ]);
  });
});

describe("MP3 frames", () => {
  it("are found behind any rest of a tag whose size is wrong", async () => {
    const rest = Buffer.alloc(1_000_000, 0x4a);
    const [format, , seconds] = await found(id3v2(title), rest, mp3Frames(10));
    expect(format).toBe("mp3");
    expect(seconds).toBeCloseTo(10 * MP3_FRAME_SECONDS, 9);
    const large = claiming(2000, bytes(title, picture(5_000_000)));
    expect((await found(large, mp3Frames(10)))[1]).toBe("Title");
  });

  it("are found behind a picture of any size that the tag leaves out", async () => {
    const jpeg = bytes(0xff, 0xd8, 0xff, 0xe0, Buffer.alloc(1_500_000, bytes(0xff, 0, 0x4a)));
    const frame = id3Frame("APIC", bytes(0, "image/jpeg", 0, 3, 0, jpeg));
    const body = bytes(title, frame);
    for (const missing of [jpeg.length, jpeg.length - 700, 300_000]) {
      const [format, text, seconds] = await found(
        claiming(body.length - missing, body),
        mp3Frames(10),
      );
      expect([format, text]).toEqual(["mp3", "Title"]);
      expect(seconds).toBeCloseTo(10 * MP3_FRAME_SECONDS, 9);
    }
  });

  it("are not made of a picture behind a tag, nor looked for in a sound behind zeros", async () => {
    for (const file of [
      bytes(id3v2(title), png(pngHeader(1, 1))),
      bytes(Buffer.alloc(3), SOUNDS.flac),
      bytes(Buffer.alloc(3), png(pngHeader(1, 1))),
    ]) {
      await expect(inspect(file)).rejects.toMatchObject({ code: "unsupported_media_type" });
    }
  });
});
