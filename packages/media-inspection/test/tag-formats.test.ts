import { deflateSync } from "node:zlib";

import { describe, expect, it } from "@jest/globals";

import type { AudioTags } from "../src/media-facts.js";
import {
  ape,
  flacBlock,
  flacFrames,
  fmt,
  id3Frame,
  id3v1,
  id3v2,
  mp3Frames,
  streamInfo,
  vorbisComment,
  wav,
} from "./support/audio.js";
import { bytes, uint24be, uint32be } from "./support/bytes.js";
import { riffChunk } from "./support/images.js";
import { inspectAudio } from "./support/inspect.js";

const utf8 = (text: string) => bytes(3, Buffer.from(text, "utf8"));
const latin1 = (text: string) => bytes(0, text);
const utf16 = (text: string) => bytes(0xff, 0xfe, Buffer.from(text, "utf16le"), 0, 0);

async function tagsOf(...file: Uint8Array[]): Promise<AudioTags> {
  return (await inspectAudio(bytes(...file))).tags;
}

const ofId3 = (version: number, ...frames: Uint8Array[]) =>
  tagsOf(id3v2(bytes(...frames), { version }), mp3Frames(4));
const ofApe = (items: Record<string, string | Uint8Array>) => tagsOf(mp3Frames(4), ape(items));
const ofFlac = (...blocks: Uint8Array[]) =>
  tagsOf(bytes("fLaC"), streamInfo(0), ...blocks, flacFrames(3));
const ofInfo = (fields: Record<string, string>) => {
  const list = Object.entries(fields).map(([id, text]) => riffChunk(id, bytes(text, 0)));
  const chunk = riffChunk("LIST", bytes("INFO", ...list));
  return tagsOf(wav(fmt(), chunk, riffChunk("data", Buffer.alloc(400))));
};

/** A frame of any size, with its size written as its version has it. */
function frame(version: number, id: string, body: Uint8Array, flags = 0): Buffer {
  const n = body.length;
  if (version === 2) return bytes(id, uint24be(n), body);
  const size =
    version === 3
      ? uint32be(n)
      : bytes((n >>> 21) & 0x7f, (n >>> 14) & 0x7f, (n >>> 7) & 0x7f, n & 0x7f);
  return bytes(id, size, 0, flags, body);
}

function apic(type: string, kind: number, size: number, description = ""): Buffer {
  return bytes(0, type, 0, kind, description, 0, Buffer.alloc(size, 0x11));
}

function flacPicture(type: string, kind: number, size: number): Buffer {
  const measures = bytes(...[60, 40, 24, 0].map(uint32be));
  const data = bytes(uint32be(size), Buffer.alloc(size, 0x11));
  return bytes(uint32be(kind), uint32be(type.length), type, uint32be(3), "abc", measures, data);
}

const ALL = {
  title: "T",
  artist: "A",
  album: "L",
  albumArtist: "AA",
  composer: "C",
  genre: "Rock",
  comment: "Hm",
  language: "eng",
  year: 2004,
  trackNumber: 3,
  trackTotal: 12,
  discNumber: 1,
  discTotal: 2,
};

describe("ID3v2", () => {
  it.each([
    [2, "TT2 TP1 TAL TP2 TCM TCO TLA TYE TRK TPA COM"],
    [3, "TIT2 TPE1 TALB TPE2 TCOM TCON TLAN TYER TRCK TPOS COMM"],
    [4, "TIT2 TPE1 TALB TPE2 TCOM TCON TLAN TDRC TRCK TPOS COMM"],
  ])("2.%d gives all tags", async (version, ids) => {
    const texts = ["T", "A", "L", "AA", "C", "(17)", "eng", "2004-05-06", "3/12", "1/2"];
    const frames = ids
      .split(" ")
      .map((id, index) => frame(version, id, latin1(texts[index] ?? "eng\0Hm")));
    expect(await ofId3(version, ...frames)).toEqual(ALL);
  });

  it("prefers comments without a description, and none that programs keep", async () => {
    const comment = (description: string, text: string) =>
      id3Frame("COMM", bytes(1, "eng", utf16(description), utf16(text)));
    const programs = comment("iTunNORM", " 0000");
    const described = comment("what", "described");
    expect(await ofId3(3, programs)).toEqual({});
    expect(await ofId3(3, programs, described)).toEqual({ comment: "described" });
    expect(await ofId3(3, described, comment("", "plain"))).toEqual({ comment: "plain" });
  });

  it("gives the front cover, or else the first picture", async () => {
    const other = frame(3, "APIC", apic("image/png", 4, 300));
    const front = frame(3, "APIC", apic("image/JPEG", 3, 2_000_000, "front"));
    expect(await ofId3(3, other)).toEqual({
      cover: { contentType: "image/png", byteSize: 300 },
    });
    const title = frame(3, "TIT2", latin1("Behind"));
    expect(await ofId3(3, other, front, title)).toEqual({
      title: "Behind",
      cover: { contentType: "image/jpeg", byteSize: 2_000_000 },
    });
    const old = bytes(0, "JPG", 3, 0, Buffer.alloc(50));
    expect(await ofId3(2, frame(2, "PIC", old))).toEqual({
      cover: { contentType: "image/jpeg", byteSize: 50 },
    });
    expect(await ofId3(3, frame(3, "APIC", apic("-->", 3, 30)))).toEqual({});
  });

  it("gives a picture whose description is in UTF-16", async () => {
    const body = bytes(1, "image/jpeg", 0, 3, utf16("Ā"), Buffer.alloc(77, 1));
    expect((await ofId3(3, frame(3, "APIC", body))).cover?.byteSize).toBe(77);
  });

  it("gives chapters that are unsynchronised, packed or in a group", async () => {
    const body = bytes("a", 0, uint32be(1500), Buffer.alloc(12, 0xff));
    const title = frame(4, "TIT2", bytes(0, "One ", 0xff));
    const whole = bytes(body, frame(4, "APIC", apic("image/png", 0, 300)), title);
    const expected = { chapters: [{ startSeconds: 1.5, title: "One ÿ" }] };
    const stored = Buffer.from(whole.toString("latin1").replaceAll("\xff", "\xff\0"), "latin1");
    expect(await ofId3(4, frame(4, "CHAP", stored, 0x02))).toEqual(expected);
    const length = bytes(0, 0, whole.length >>> 7, whole.length & 0x7f);
    expect(await ofId3(4, frame(4, "CHAP", bytes(length, deflateSync(whole)), 0x09))).toEqual(
      expected,
    );
    expect(await ofId3(4, frame(4, "CHAP", bytes(7, whole), 0x40))).toEqual(expected);
    // Some writers of 2.4 store plain sizes.
    const plain = bytes("CHAP", uint32be(whole.length), 0, 0, whole);
    const behind = frame(4, "TALB", latin1("L"));
    expect(await ofId3(4, plain, behind)).toMatchObject({ album: "L" });
  });

  it("gives chapters in the order of their start", async () => {
    const chapter = (id: string, start: number, ...frames: Uint8Array[]) =>
      frame(3, "CHAP", bytes(id, 0, uint32be(start), Buffer.alloc(12, 0xff), ...frames));
    const title = (text: string) => frame(3, "TIT2", latin1(text));
    const image = frame(3, "APIC", apic("image/png", 0, 100_000));
    const tags = await ofId3(3, chapter("b", 61_500, image, title("Two")), chapter("a", 0));
    expect(tags).toEqual({ chapters: [{ startSeconds: 0 }, { startSeconds: 61.5, title: "Two" }] });
  });

  it.each([
    ["70 chapters with pictures", 70, 60_000, 70],
    ["1,000 chapters with none", 1000, undefined, 1000],
    ["more chapters than are kept", 1500, 10_000, 1000],
  ])("gives the titles of %s", async (_, count, pictureBytes, expected) => {
    const picture =
      pictureBytes === undefined ? [] : [frame(3, "APIC", apic("image/png", 0, pictureBytes))];
    const chapters = Array.from({ length: count }, (_chapter, index) => {
      const times = bytes(uint32be(1000 * index), Buffer.alloc(12, 0xff));
      const title = frame(3, "TIT2", latin1(`Part ${index}`));
      return frame(3, "CHAP", bytes(`ch${index}`, 0, times, ...picture, title));
    });
    const tags = await ofId3(3, ...chapters, frame(3, "TIT2", latin1("All")));
    expect(tags.title).toBe("All");
    expect(tags.chapters).toHaveLength(expected);
    expect(tags.chapters?.at(-1)).toEqual({
      startSeconds: expected - 1,
      title: `Part ${expected - 1}`,
    });
  });

  it("leaves out what takes more steps than a file may take", async () => {
    const packed = deflateSync(apic("image/png", 3, 60_000));
    const picture = frame(3, "APIC", bytes(uint32be(60_014), packed), 0x80);
    const many = Array.from({ length: 600 }, () => picture);
    expect(await ofId3(3, frame(3, "TIT2", latin1("T")), ...many)).toMatchObject({
      title: "T",
      cover: { contentType: "image/png" },
    });
  });

  it("is read where its values are compressed", async () => {
    const text = latin1("Packed ".repeat(20).trim());
    const plain = { title: "Packed ".repeat(20).trim() };
    const packed = deflateSync(text);
    const of3 = frame(3, "TIT2", bytes(uint32be(text.length), packed), 0x80);
    const length = bytes(0, 0, text.length >>> 7, text.length & 0x7f);
    const of4 = frame(4, "TIT2", bytes(length, packed), 0x09);
    expect(await ofId3(3, of3)).toEqual(plain);
    expect(await ofId3(4, of4)).toEqual(plain);
    const many = Array.from({ length: 20 }, () => of3);
    expect(await ofId3(3, ...many, frame(3, "TALB", latin1("L")))).toEqual({
      ...plain,
      album: "L",
    });
    const broken = frame(3, "TIT2", bytes(uint32be(9), "no zlib"), 0x80);
    expect(await ofId3(3, broken, frame(3, "TALB", latin1("L")))).toEqual({ album: "L" });
    const picture = apic("image/png", 3, 50_000);
    const size = bytes(
      0,
      picture.length >>> 14,
      (picture.length >>> 7) & 0x7f,
      picture.length & 0x7f,
    );
    const cover = frame(4, "APIC", bytes(size, deflateSync(picture)), 0x09);
    expect((await ofId3(4, cover)).cover?.byteSize).toBe(50_000);
  });

  it("is read without what is encrypted", async () => {
    expect(await ofId3(3, frame(3, "TIT2", latin1("x"), 0x40))).toEqual({});
    expect(await ofId3(4, frame(4, "TIT2", latin1("x"), 0x04))).toEqual({});
  });

  it("is read behind a large picture where it is unsynchronised", async () => {
    const picture = Buffer.alloc(1_500_000, bytes(0xff, 0xe0, 0x12));
    const body = bytes(0, "image/jpeg", 0, 3, 0, picture);
    const unsynchronised = (content: Buffer) =>
      Buffer.from(content.toString("latin1").replaceAll("\xff", "\xff\0"), "latin1");
    const expected = {
      title: "Behind",
      cover: { contentType: "image/jpeg", byteSize: picture.length },
    };
    const whole = bytes(frame(3, "APIC", body), frame(3, "TIT2", latin1("Behind")));
    const tag3 = id3v2(unsynchronised(whole), { version: 3, flags: 0x80 });
    expect(await tagsOf(tag3, mp3Frames(4))).toEqual(expected);
    const single = frame(4, "APIC", unsynchronised(body), 0x02);
    const tag4 = id3v2(bytes(single, frame(4, "TIT2", latin1("Behind"))));
    expect(await tagsOf(tag4, mp3Frames(4))).toEqual(expected);
  });

  it("is read at the end of a file too, but not between two recordings", async () => {
    const tag = id3v2(id3Frame("TIT2", utf8("Later")));
    expect(await tagsOf(mp3Frames(4), tag)).toEqual({ title: "Later" });
    expect(await tagsOf(mp3Frames(4), tag, mp3Frames(4))).toEqual({});
  });
});

describe("APE", () => {
  it("gives all tags, in any case", async () => {
    const tags = await ofApe({
      TITLE: "T",
      Artist: "A",
      album: "L",
      "Album Artist": "AA",
      Composer: "C",
      Genre: "Rock",
      Comment: "Hm",
      Language: "eng",
      Year: "2004-05-06",
      Track: "3/12",
      Disc: "1/2",
    });
    expect(tags).toEqual(ALL);
    expect(await ofApe({ Date: "2004-05-06" })).toEqual({ year: 2004 });
  });

  const picture = bytes("cover.jpg", 0, Buffer.alloc(200_000, 0x11));
  const cover = { contentType: "image/jpeg", byteSize: 200_000 };
  const tag = ape({ "Cover Art (Front)": picture, Title: "T" });

  it("is read behind a picture of any size, in front and at the end", async () => {
    expect(await tagsOf(tag, mp3Frames(4))).toEqual({ title: "T", cover });
    expect(await tagsOf(mp3Frames(4), tag)).toEqual({ title: "T", cover });
    expect(await tagsOf(mp3Frames(4), tag, id3v1("old"))).toEqual({ title: "T", cover });
  });

  it("is read at the end without a header", async () => {
    expect(await tagsOf(mp3Frames(4), tag.subarray(32))).toEqual({ title: "T", cover });
    const large = ape({ "Cover Art (Front)": bytes("x", 0, Buffer.alloc(2_000_000)), Title: "T" });
    expect((await tagsOf(mp3Frames(4), large.subarray(32))).title).toBe("T");
    const text = ape({ Title: "T".repeat(200_000), Artist: "A" });
    expect((await tagsOf(mp3Frames(4), text.subarray(32))).artist).toBe("A");
  });

  it("takes another picture only where there is no front cover", async () => {
    const small = bytes("back", 0, Buffer.alloc(9));
    expect(await ofApe({ "Cover Art (Back)": small })).toEqual({
      cover: { contentType: null, byteSize: 9 },
    });
    const both = { "Cover Art (Back)": small, "Cover Art (Front)": picture };
    expect(await ofApe(both)).toEqual({ cover });
  });
});

describe("Vorbis comments", () => {
  it("give the description as the comment where there is no other", async () => {
    const description = "DESCRIPTION=described";
    expect(await ofFlac(vorbisComment(description, "DESCRIPTION=again"))).toEqual({
      comment: "described",
    });
    expect(await ofFlac(vorbisComment(description, "COMMENT=plain"))).toEqual({ comment: "plain" });
    expect(await ofFlac(vorbisComment("COMMENT=plain", description))).toEqual({ comment: "plain" });
  });

  it("give all tags", async () => {
    const comments = vorbisComment(
      ...["TITLE=T", "ARTIST=A", "ALBUM=L", "ALBUMARTIST=AA", "COMPOSER=C", "GENRE=Rock"],
      ...["COMMENT=Hm", "LANGUAGE=eng", "DATE=2004-05-06"],
      ...["TRACKNUMBER=3", "TOTALTRACKS=12", "DISCNUMBER=1/2"],
    );
    expect(await ofFlac(comments)).toEqual(ALL);
  });

  it("give chapters", async () => {
    const comments = vorbisComment(
      ...["CHAPTER002=01:00:01.500", "CHAPTER001=00:00:00.000", "CHAPTER002NAME=Two"],
      ...["CHAPTER003=never", "CHAPTER001URL=x"],
    );
    expect(await ofFlac(comments)).toEqual({
      chapters: [{ startSeconds: 0 }, { startSeconds: 3601.5, title: "Two" }],
    });
  });

  it("come with the picture of a block or a comment", async () => {
    const cover = { contentType: "image/png", byteSize: 9000 };
    const back = flacBlock(6, flacPicture("image/jpeg", 4, 100));
    const front = flacPicture("image/png", 3, 9000);
    expect(await ofFlac(back, flacBlock(6, front))).toEqual({ cover });
    const comment = vorbisComment(`METADATA_BLOCK_PICTURE=${front.toString("base64")}`, "TITLE=T");
    expect(await ofFlac(comment)).toEqual({ cover, title: "T" });
    expect(await ofFlac(flacBlock(6, front.subarray(0, 500)))).toEqual({});
    expect(await ofFlac(flacBlock(6, flacPicture("-->", 3, 20)))).toEqual({});
  });
});

describe("an INFO list", () => {
  it("gives all tags that it can", async () => {
    const tags = await ofInfo({
      INAM: "T",
      IART: "A",
      IPRD: "L",
      IMUS: "C",
      IGNR: "Rock",
      ICMT: "Hm",
      ILNG: "eng",
      ICRD: "2004-05-06",
      ITRK: "3/12",
    });
    const { albumArtist, discNumber, discTotal } = ALL;
    expect({ ...tags, albumArtist, discNumber, discTotal }).toEqual(ALL);
  });

  it("gives those under the names that some editors use", async () => {
    const fields = { TITL: "T", GENR: "Rock", COMM: "Hm", LANG: "eng", YEAR: "2004", TRCK: "3" };
    expect(await ofInfo(fields)).toEqual({
      title: "T",
      genre: "Rock",
      comment: "Hm",
      language: "eng",
      year: 2004,
      trackNumber: 3,
    });
  });
});

describe("a long text", () => {
  const long = "x".repeat(200_000);
  const cut = "x".repeat(1000);

  it("is cut in every format", async () => {
    expect(await ofInfo({ ICMT: long, INAM: "T" })).toEqual({ comment: cut, title: "T" });
    expect(await ofApe({ Comment: long, Title: "T" })).toEqual({ comment: cut, title: "T" });
    expect(await tagsOf(ape({ Comment: long }), mp3Frames(4))).toEqual({ comment: cut });
    const comments = vorbisComment(`COMMENT=${long}`, "TITLE=T");
    expect(await ofFlac(comments)).toEqual({ comment: cut, title: "T" });
    for (const version of [3, 4]) {
      const frames = [
        frame(version, "COMM", latin1(`eng\0${long}`)),
        frame(version, "TIT2", latin1("T")),
      ];
      expect(await ofId3(version, ...frames)).toEqual({ comment: cut, title: "T" });
    }
  });
});

describe("a limit of bytes kept", () => {
  it("holds for every value", async () => {
    const limits = { maxTagBytes: 500 };
    const long = "x".repeat(2000);
    const files = [
      bytes(id3v2(frame(3, "TIT2", latin1(long)), { version: 3 }), mp3Frames(4)),
      bytes(mp3Frames(4), ape({ Title: long })),
      bytes("fLaC", streamInfo(0), vorbisComment(`TITLE=${long}`), flacFrames(3)),
      wav(
        fmt(),
        riffChunk("LIST", bytes("INFO", riffChunk("INAM", bytes(long)))),
        riffChunk("data", Buffer.alloc(400)),
      ),
    ];
    for (const file of files) {
      const { title = "" } = (await inspectAudio(file, limits)).tags;
      expect(title.length).toBeGreaterThan(400);
      expect(title.length).toBeLessThanOrEqual(500);
      expect((await inspectAudio(file, { maxTagBytes: 0 })).tags).toEqual({});
    }
  });
});

describe("ID3v1", () => {
  it("gives year, comment, track and genre", async () => {
    const tag = Buffer.alloc(128);
    tag.write("TAG");
    tag.write("T", 3);
    tag.write("2004", 93);
    tag.write("Hm", 97);
    tag[126] = 3;
    tag[127] = 17;
    const expected = { title: "T", year: 2004, comment: "Hm", trackNumber: 3, genre: "Rock" };
    expect(await tagsOf(mp3Frames(4), tag)).toEqual(expected);
    tag[125] = 0x21;
    expect(await tagsOf(mp3Frames(4), tag)).not.toHaveProperty("trackNumber");
  });
});
