import { describe, expect, it } from "@jest/globals";

import type { AudioTags } from "../src/media-facts.js";
import { fmt, id3Frame, id3v2, wav } from "./support/audio.js";
import { bytes, uint16be, uint32be, uint32le } from "./support/bytes.js";
import { riffChunk } from "./support/images.js";
import { inspectAudio } from "./support/inspect.js";
import { box, FTYP, MDAT, moov, trak } from "./support/m4a.js";

const tagsOf = async (file: Uint8Array): Promise<AudioTags> => (await inspectAudio(file)).tags;
const data = riffChunk("data", Buffer.alloc(400));
const title = id3Frame("TIT2", bytes(3, "Title"));
const artist = id3Frame("TPE1", bytes(3, "Artist"));

describe("the tags of a WAV", () => {
  it("come from an ID3 tag that claims to be larger than its chunk", async () => {
    const tag = id3v2(title, { version: 3 });
    tag.writeUInt32BE(0x2708, 6);
    const info = riffChunk("LIST", bytes("INFO", riffChunk("IPRD", bytes("Album\0"))));
    const chunk = riffChunk("id3 ", tag);
    expect(await tagsOf(wav(fmt(), data, chunk))).toEqual({ title: "Title" });
    expect(await tagsOf(wav(fmt(), data, chunk, info))).toEqual({ title: "Title", album: "Album" });
    expect(await tagsOf(wav(fmt(), chunk, data))).toEqual({ title: "Title" });
  });

  it("come from an ID3 tag that is larger than its chunk says", async () => {
    const tag = id3v2(bytes(title, artist), { version: 3 });
    const chunk = bytes("id3 ", uint32le(30), tag);
    expect(await tagsOf(wav(fmt(), chunk, data))).toEqual({ title: "Title", artist: "Artist" });
    expect(await tagsOf(wav(fmt(), data, chunk))).toEqual({ title: "Title", artist: "Artist" });
  });

  it("come from a broadcast extension where nothing else gives them", async () => {
    const bext = Buffer.alloc(602);
    bext.write("A door closes", 0, "latin1");
    bext.write("2011-04-05", 320, "latin1");
    const chunk = riffChunk("bext", bext);
    expect(await tagsOf(wav(chunk, fmt(), data))).toEqual({ comment: "A door closes", year: 2011 });
    const id3 = riffChunk("id3 ", id3v2(id3Frame("TDRC", bytes(3, "1999"))));
    expect(await tagsOf(wav(chunk, fmt(), data, id3))).toMatchObject({ comment: "A door closes" });
  });
});

const dataBox = (type: number, value: Uint8Array) =>
  box("data", uint32be(type), uint32be(0), value);
const text = (value: string) => dataBox(1, Buffer.from(value, "utf8"));
const meta = (handler: string, ...boxes: Uint8Array[]) =>
  box("meta", uint32be(0), box("hdlr", Buffer.alloc(8), handler, Buffer.alloc(13)), ...boxes);
const m4a = (...boxes: Uint8Array[]) => bytes(FTYP, moov(trak(), ...boxes), MDAT);
const udta = (...boxes: Uint8Array[]) => m4a(box("udta", ...boxes));

describe("the tags of an M4A", () => {
  it("come from the items of an iTunes list, with the size of its first picture", async () => {
    const list = box(
      "ilst",
      box("©nam", text("Title")),
      box("aART", text("Various")),
      box("©wrt", text("Composer")),
      box("©gen", text("Folk")),
      box("©cmt", text("Two\r\nlines")),
      box("©day", text("2004-05-06T07:00:00Z")),
      box("trkn", dataBox(0, bytes(0, 0, 0, 3, 0, 12, 0, 0))),
      box("disk", dataBox(0, bytes(0, 0, 0, 1, 0, 2))),
      box("covr", dataBox(14, Buffer.alloc(3000)), dataBox(13, Buffer.alloc(10))),
    );
    expect(await tagsOf(udta(meta("mdirappl", list)))).toEqual({
      title: "Title",
      albumArtist: "Various",
      composer: "Composer",
      genre: "Folk",
      comment: "Two lines",
      year: 2004,
      trackNumber: 3,
      trackTotal: 12,
      discNumber: 1,
      discTotal: 2,
      cover: { contentType: "image/png", byteSize: 3000 },
    });
  });

  it("have the name of a numbered genre, and no type of a picture that declares none", async () => {
    const list = box(
      "ilst",
      box("gnre", dataBox(0, bytes(0, 18))),
      box("covr", dataBox(0, Buffer.alloc(5))),
    );
    expect(await tagsOf(udta(meta("mdirappl", list)))).toEqual({
      genre: "Rock",
      cover: { contentType: null, byteSize: 5 },
    });
  });

  it("have the number of the disc, which some encoders name otherwise", async () => {
    const list = box("ilst", box("disc", dataBox(0, bytes(0, 0, 0, 1, 0, 2))));
    expect(await tagsOf(udta(meta("mdirappl", list)))).toEqual({ discNumber: 1, discTotal: 2 });
  });

  it.each(["udta", "moov"])("come from items that are named by keys, in %s", async (place) => {
    const keys = ["com.apple.quicktime.title", "artist", "nothing", "album_artist", "track"];
    const entries = keys.map((key) => bytes(uint32be(8 + key.length), "mdta", key));
    const item = (index: number, data: Uint8Array) =>
      bytes(uint32be(8 + data.length), uint32be(index), data);
    const list = meta(
      "mdta",
      box("keys", uint32be(0), uint32be(keys.length), ...entries),
      box(
        "ilst",
        item(2, text("Artist")),
        item(1, text("Title")),
        item(3, text("Nothing")),
        item(4, text("Various")),
        item(5, dataBox(22, bytes(0, 7))),
        item(99, text("Beyond")),
      ),
    );
    expect(await tagsOf(place === "udta" ? udta(list) : m4a(list))).toEqual({
      title: "Title",
      artist: "Artist",
      albumArtist: "Various",
      trackNumber: 7,
    });
  });

  it("come from QuickTime's strings", async () => {
    const string = (type: string, language: number, value: Buffer) =>
      box(type, uint16be(value.length), uint16be(language), value);
    const twice = bytes(Buffer.from("Käse", "utf8"), uint16be(6), uint16be(0), "Cheese");
    const file = udta(
      box("©nam", uint16be(5), uint16be(0x15c7), twice),
      string("©ART", 0, bytes("Jos\xe9")),
      string("©alb", 0x55c4, bytes(0xfe, 0xff, 0, 0x41)),
      string("©day", 0x55c4, bytes("1999")),
    );
    expect(await tagsOf(file)).toEqual({ title: "Käse", artist: "José", album: "A", year: 1999 });
  });

  it("come from the strings of 3GPP", async () => {
    const string = (type: string, ...value: (string | number)[]) =>
      box(type, uint32be(0), uint16be(0x15c7), ...value);
    const file = udta(
      string("titl", "Title", 0),
      string("perf", 0xfe, 0xff, 0, 0x41, 0, 0),
      string("albm", "Album", 0, 4),
      string("gnre", "Folk", 0),
      box("yrrc", uint32be(0), uint16be(2001)),
    );
    expect(await tagsOf(file)).toEqual({
      title: "Title",
      artist: "A",
      album: "Album",
      trackNumber: 4,
      genre: "Folk",
      year: 2001,
    });
  });

  it.each([0, 1])("have chapters from Nero's list of version %i", async (version) => {
    const chapter = (seconds: number, title: string) =>
      bytes(uint32be(0), uint32be(seconds * 10_000_000), title.length, title);
    const list = bytes(version === 0 ? "" : uint32be(0), 2, chapter(60, "Second"), chapter(0, ""));
    expect(await tagsOf(udta(box("chpl", version, 0, 0, 0, list)))).toEqual({
      chapters: [{ startSeconds: 0 }, { startSeconds: 60, title: "Second" }],
    });
  });

  it("count only the bytes of a picture that came", async () => {
    const open = (type: string, ...body: Uint8Array[]) => bytes(uint32be(0), type, ...body);
    const picture = bytes(
      uint32be(0xfffffff0),
      "data",
      uint32be(13),
      uint32be(0),
      Buffer.alloc(100),
    );
    const list = open("ilst", open("covr", picture));
    const userData = open("udta", open("meta", meta("mdir").subarray(8), list));
    const file = bytes(FTYP, MDAT, open("moov", moov(trak()).subarray(8), userData));
    expect((await tagsOf(file)).cover).toEqual({ contentType: "image/jpeg", byteSize: 100 });
  });

  it("have the language of the track, unless that is undetermined", async () => {
    const languageOf = async (code: number) =>
      (await tagsOf(bytes(FTYP, moov(trak({ language: code })), MDAT))).language;
    expect(await languageOf(0x15c7)).toBe("eng");
    expect(await languageOf(0x55c4)).toBeUndefined();
    expect(await languageOf(0)).toBeUndefined();
    expect(await languageOf(0x7fff)).toBeUndefined();
  });

  it.each([
    ["list", meta("mdirappl", box("ilst", box("©nam", dataBox(1, bytes()), bytes(1, 2, 3))))],
    ["number", meta("mdirappl", box("ilst", box("trkn", dataBox(0, bytes(0, 0, 1)))))],
    ["list of keys", meta("mdta", box("keys", uint32be(0), uint32be(9), uint32be(4)))],
    ["string", box("©nam", 0, 200)],
    ["mobile string", box("titl", uint32be(0))],
    ["list of chapters", box("chpl", uint32be(0), 9, 1, 2)],
  ])("are none where the %s is broken; the file is good", async (_, broken) => {
    expect(await tagsOf(udta(broken))).toEqual({});
  });
});
