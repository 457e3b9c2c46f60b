import { describe, expect, it } from "@jest/globals";

import type { AudioTags } from "../src/media-facts.js";
import {
  ape,
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
import { bytes, uint24be, uint32le } from "./support/bytes.js";
import { riffChunk } from "./support/images.js";
import { inspectAudio } from "./support/inspect.js";
import { FTYP, itemList, MDAT, moov, trak } from "./support/m4a.js";

const mp3 = (...before: Uint8Array[]) => bytes(...before, mp3Frames(4));
const utf8 = (text: string) => bytes(3, Buffer.from(text, "utf8"));
const utf16le = (text: string) => Buffer.from(text, "utf16le");

async function tagsOf(file: Uint8Array): Promise<AudioTags> {
  return (await inspectAudio(file)).tags;
}

describe("tags", () => {
  it("come from ID3v2.2, 2.3 and 2.4", async () => {
    const old = (id: string, text: string) => bytes(id, uint24be(text.length + 1), 0, text);
    const version2 = bytes(old("TT2", "One"), old("TP1", "Two"), old("TAL", "Three"));
    const version34 = bytes(
      id3Frame("TIT2", bytes(0, "One")),
      id3Frame("TPE1", bytes(0, "Two")),
      id3Frame("TALB", bytes(0, "Three")),
    );
    const expected = { title: "One", artist: "Two", album: "Three" };
    expect(await tagsOf(mp3(id3v2(version2, { version: 2 })))).toEqual(expected);
    expect(await tagsOf(mp3(id3v2(version34, { version: 3, padding: 99 })))).toEqual(expected);
    expect(await tagsOf(mp3(id3v2(version34, { version: 4 })))).toEqual(expected);
  });

  it.each([
    ["Latin-1", bytes(0, 0xc4, "rger")],
    ["UTF-16 with a little-endian mark", bytes(1, 0xff, 0xfe, utf16le("Ärger"), 0, 0)],
    ["UTF-16 with a big-endian mark", bytes(1, 0xfe, 0xff, utf16le("Ärger").swap16())],
    ["UTF-16 big-endian", bytes(2, utf16le("Ärger").swap16())],
    ["UTF-8", utf8("Ärger\0second value")],
  ])("are decoded from %s", async (_, body) => {
    expect(await tagsOf(mp3(id3v2(id3Frame("TIT2", body))))).toEqual({ title: "Ärger" });
  });

  it("are read behind pictures that are larger than what is kept", async () => {
    const picture = id3Frame("APIC", Buffer.alloc(3_000_000, 7));
    const tag = id3v2(bytes(picture, id3Frame("TIT2", utf8("Found"))), { version: 3 });
    expect(await tagsOf(mp3(tag))).toEqual({ title: "Found" });
  });

  it("are read behind frames of ID3v2.4 whose sizes are plain, not syncsafe", async () => {
    const picture = id3Frame("APIC", Buffer.alloc(0x1234, 7));
    const title = id3Frame("TIT2", utf8("x".repeat(300)));
    const tag = id3v2(bytes(picture, title, id3Frame("TALB", utf8("Album"))));
    expect(await tagsOf(mp3(tag))).toEqual({ title: "x".repeat(300), album: "Album" });
  });

  it("are read from frames of ID3v2.2 in a later tag", async () => {
    const frames = bytes(id3Frame("TT2\0", utf8("Title")), id3Frame("TAL ", utf8("Album")));
    const tag = id3v2(frames, { version: 3 });
    expect(await tagsOf(mp3(tag))).toEqual({ title: "Title", album: "Album" });
  });

  it("are read from unsynchronised tags and frames", async () => {
    const text = bytes(1, 0xff, 0xfe, utf16le("Fine"));
    const stored = bytes(1, 0xff, 0, 0xfe, utf16le("Fine"));
    const framewise = id3v2(id3Frame("TIT2", stored, 0x02));
    const whole = bytes("TIT2", 0, 0, 0, text.length, 0, 0, stored);
    expect(await tagsOf(mp3(framewise))).toEqual({ title: "Fine" });
    expect(await tagsOf(mp3(id3v2(whole, { version: 3, flags: 0x80 })))).toEqual({ title: "Fine" });
  });

  it("are read behind an extended header, and without compressed or encrypted values", async () => {
    const extended = bytes(0, 0, 0, 6, Buffer.alloc(6), id3Frame("TIT2", utf8("Fine")));
    const packed = id3Frame("TIT2", utf8("x"), 0x08);
    expect(await tagsOf(mp3(id3v2(extended, { version: 3, flags: 0x40 })))).toEqual({
      title: "Fine",
    });
    expect(await tagsOf(mp3(id3v2(packed)))).toEqual({});
  });

  it("come from ID3v1 and APE at the end, the richest first", async () => {
    const end = bytes(ape({ Title: "ape", ALBUM: "of ape" }), id3v1("v1"));
    expect(await tagsOf(bytes(mp3Frames(4), id3v1("v1")))).toEqual({ title: "v1" });
    expect(await tagsOf(bytes(mp3Frames(4), end))).toEqual({ title: "ape", album: "of ape" });
    expect(await tagsOf(mp3(ape({ Artist: "first" })))).toEqual({ artist: "first" });
    const both = bytes(id3v2(id3Frame("TIT2", utf8("v2"))), mp3Frames(4), end);
    expect(await tagsOf(both)).toEqual({ title: "ape", album: "of ape" });
  });

  it("are none but the known, whatever names a file uses", async () => {
    const odd = ape({ constructor: "x", __proto__x: "y", toString: "z", Mood: "1999" });
    const tags = await tagsOf(bytes(mp3Frames(4), odd));
    expect(Object.keys(tags)).toEqual([]);
    const comments = vorbisComment("constructor=x", "=", "TITLE", "valueOf=x");
    expect(await tagsOf(bytes("fLaC", streamInfo(0), comments, flacFrames(3)))).toEqual({});
  });

  it("are found in an APE tag before Lyrics3", async () => {
    const lyrics = "LYRICSBEGININD00002000";
    const trailer = bytes(lyrics, lyrics.length.toString().padStart(6, "0"), "LYRICS200");
    const file = bytes(mp3Frames(4), ape({ Title: "ape" }), trailer, id3v1("v1"));
    expect(await tagsOf(file)).toEqual({ title: "ape" });
  });

  it("come from Vorbis comments in any case", async () => {
    const comments = vorbisComment("Title=Käse", "ARTIST=a=b", "album=", "TITLE=again", "NOPE");
    const file = bytes("fLaC", streamInfo(0), comments, flacFrames(3));
    expect(await tagsOf(file)).toEqual({ title: "Käse", artist: "a=b" });
  });

  it("come from an iTunes list", async () => {
    const list = itemList({ "©nam": "Käse", "©ART": "Two", "©alb": "Three", covr: "x" });
    expect(await tagsOf(bytes(FTYP, moov(trak(), list), MDAT))).toEqual({
      title: "Käse",
      artist: "Two",
      album: "Three",
    });
  });

  it("come from a WAV's id3 chunk before its INFO list", async () => {
    const info = bytes(
      "INFO",
      riffChunk("INAM", bytes("Info\0")),
      riffChunk("IPRD", bytes("Album\0")),
    );
    const id3 = id3v2(id3Frame("TIT2", utf8("Id3")));
    const data = riffChunk("data", Buffer.alloc(400));
    const file = wav(fmt(), riffChunk("LIST", info), data, riffChunk("id3 ", id3));
    expect(await tagsOf(file)).toEqual({ title: "Id3", album: "Album" });
  });

  it("are guessed as UTF-8, else Latin-1, where no encoding is declared", async () => {
    const file = (title: string | Buffer) =>
      wav(
        fmt(),
        riffChunk("LIST", bytes("INFO", riffChunk("INAM", bytes(title)))),
        riffChunk("data", Buffer.alloc(400)),
      );
    expect(await tagsOf(file(Buffer.from("Käse")))).toEqual({ title: "Käse" });
    expect(await tagsOf(file("Käse"))).toEqual({ title: "Käse" });
  });

  it("hold no control characters, which part words, and no white space around", async () => {
    const title = utf8("\0 \u0001Line\r\nbreak\u0085\u007f \t");
    expect(await tagsOf(mp3(id3v2(id3Frame("TIT2", title))))).toEqual({ title: "Line break" });
    expect(await tagsOf(mp3(id3v2(id3Frame("TIT2", utf8(" \n \0")))))).toEqual({});
  });

  it("are cut at 1,000 characters, never inside one", async () => {
    const long = vorbisComment(`TITLE=${"😀".repeat(100_000)}`);
    const { title } = await tagsOf(bytes("fLaC", streamInfo(0), long, flacFrames(3)));
    expect(title).toBe("😀".repeat(1000));
  });

  it("are well-formed where the file's text is not", async () => {
    const lone = bytes(2, 0xd8, 0x3d, 0, 0x41);
    const { title } = await tagsOf(mp3(id3v2(id3Frame("TIT2", lone))));
    expect(title).toBe("\ufffdA");
  });

  it.each([
    ["ID3v2 frame", mp3(id3v2(bytes("TIT2", 0xff, 0xff, 0xff, 0xff, 0, 0, 3, "x")))],
    ["extended header", mp3(id3v2(bytes(0xff, 0xff), { version: 3, flags: 0x40 }))],
    [
      "APE tag",
      bytes(mp3Frames(4), "APETAGEX", ...[2000, 0xffffffff, 9, 0].map(uint32le), Buffer.alloc(8)),
    ],
    ["APE item", bytes(mp3Frames(4), bytes(ape({ Title: "x" })).fill(0xff, 32, 36))],
    [
      "INFO list",
      wav(
        fmt(),
        riffChunk("LIST", bytes("INFO", "INAM", uint32le(9999), "x")),
        riffChunk("data", Buffer.alloc(400)),
      ),
    ],
    ["iTunes list", bytes(FTYP, moov(trak(), itemList({ "©nam": "" })), MDAT)],
  ])("are none where the %s is broken; the file is good", async (_, file) => {
    expect(await tagsOf(file)).toEqual({});
  });
});
