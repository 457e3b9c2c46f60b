import { deflateSync } from "node:zlib";

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
  xingFrame,
} from "./audio.js";
import { bytes, uint32be, uint32le } from "./bytes.js";
import {
  chunk,
  exif,
  exifSegment,
  frameHeader,
  gif,
  gifFrame,
  jpeg,
  PALETTE,
  png,
  pngHeader,
  riffChunk,
  segment,
  vp8,
  vp8x,
  webp,
} from "./images.js";
import { aacEntry, box, FTYP, itemList, moof, moov, trak, trex } from "./m4a.js";

const title = id3Frame("TIT2", bytes(3, "Title"));
const rawProfile = bytes(
  "Raw profile type exif\0",
  0,
  deflateSync(bytes("\nexif\n  20\n", exif(6).toString("hex"))),
);
const anmf = riffChunk("ANMF", bytes(Buffer.alloc(16), vp8(1, 1)));
const sizes = Array.from({ length: 9 }, (_, index) => 20 + index);

/** Small correct files that lead through every part of the walkers. */
export const TINY_FILES: Readonly<Record<string, Buffer>> = {
  jpeg: jpeg(segment(0xe0, bytes("JFIF\0")), exifSegment(6), bytes(0xff), frameHeader(30, 20)),
  "jpeg, progressive": bytes(
    bytes(0xff, 0xd8, frameHeader(30, 20, 1, 0xc2), segment(0xdd, bytes(0, 3))),
    segment(0xc4, bytes(0x10, 0, 2, Buffer.alloc(14), 0, 7)),
    segment(0xda, bytes(1, 1, 0, 0, 0, 1)),
    bytes(1, 2, 0xff, 0xd0, 3, 0xff, 0, 4, 0xff, 0xd1),
    segment(0xda, bytes(1, 1, 0, 1, 63, 0)),
    bytes(5, 6, 0xff, 0xd0),
  ),
  png: png(
    pngHeader(30, 20, 3),
    PALETTE,
    chunk("tRNS", bytes(0)),
    chunk("zTXt", rawProfile),
    chunk("acTL", bytes(uint32be(2), uint32be(0))),
    chunk("fcTL", Buffer.alloc(26)),
    chunk("fcTL", Buffer.alloc(26)),
    chunk("eXIf", exif(5)),
  ),
  gif: gif(3, 2, gifFrame(), bytes(0x21, 0xfe, 3, "abc", 0), gifFrame({ transparent: true })),
  webp: webp(vp8x(30, 20, 0x10), vp8(30, 20), riffChunk("EXIF", exif(8, "II"))),
  "webp, animated": webp(vp8x(30, 20, 0x02), riffChunk("ANIM", Buffer.alloc(6)), anmf, anmf),
  mp3: bytes(id3v2(title, { padding: 20 }), xingFrame(3), mp3Frames(3), id3v1("Old")),
  "mp3, unsynchronised": bytes(
    id3v2(bytes("TIT2", uint32be(5), 0, 0, 3, "Title"), { version: 3, flags: 0x80 }),
    Buffer.alloc(10),
    mp3Frames(3),
    Buffer.alloc(50, 0xff),
    mp3Frames(4),
  ),
  "mp3, joined behind a tag of wrong size": bytes(
    Buffer.alloc(3),
    id3v2(title, { version: 3 }),
    id3Frame("APIC", bytes(0, "image/png", 0, 3, 0, Buffer.alloc(90, 0xff))),
    mp3Frames(2),
    ...Array.from({ length: 4 }, () => bytes(0xff, 0xf3, 0x80, 0xc4, Buffer.alloc(204))),
    ape({ Comment: "Comment", "Cover Art (Front)": bytes("a.png", 0, Buffer.alloc(60)) }),
    id3v1("Old"),
  ),
  wav: wav(
    fmt(),
    riffChunk("LIST", bytes("INFO", riffChunk("INAM", bytes("Title\0")))),
    riffChunk("data", Buffer.alloc(401, 1)),
    riffChunk("id3 ", id3v2(title)),
  ),
  "wav, streamed": bytes(
    "RF64",
    uint32le(0xffffffff),
    "WAVE",
    riffChunk("ds64", Buffer.alloc(28)),
    riffChunk("fact", uint32le(9)),
    fmt({ tag: 0x11, bits: 4, blockAlign: 256 }),
    "data",
    uint32le(0xffffffff),
    Buffer.alloc(512, 1),
  ),
  "wav, with an unusual codec": wav(
    riffChunk("bext", Buffer.alloc(602, "2001-02-03 ")),
    fmt({ tag: 0x83, channels: 1, sampleRate: 8000, bits: 0, blockAlign: 1 }),
    bytes("id3 ", uint32le(12), id3v2(title)),
    riffChunk("data", Buffer.alloc(600, 1)),
  ),
  "flac, behind itself": bytes(
    ...[2, 3].flatMap((frames) => [
      bytes("fLaC", streamInfo(frames * 4096)),
      flacBlock(50, Buffer.alloc(30, 5)),
      vorbisComment("TITLE=Title"),
      flacBlock(1, Buffer.alloc(9), true),
      flacFrames(frames),
    ]),
  ),
  flac: bytes(
    "fLaC",
    streamInfo(3 * 4096),
    vorbisComment("TITLE=Title", "other=1", "ALBUM=Album"),
    flacBlock(6, Buffer.alloc(40)),
    flacBlock(1, Buffer.alloc(9), true),
    flacFrames(3),
  ),
  m4a: bytes(
    FTYP,
    moov(trak({ sizes, edits: [[100, 0]], chapters: [9] }), itemList({ "©nam": "Title" })),
    box("mdat", Buffer.alloc(220)),
  ),
  "m4a, with strings and edits": bytes(
    box("wide"),
    box("mdat", Buffer.alloc(220)),
    moov(
      trak({
        sizes,
        lengths: [
          [4, 1024],
          [1, 44_100],
          [4, 1024],
        ],
        edits: [
          [900, -1],
          [800, 50],
        ],
      }),
      box(
        "udta",
        box("©nam", 0, 5, 0x15, 0xc7, "Title"),
        box("albm", uint32be(0), 0x15, 0xc7, "Album", 0, 4),
        box("chpl", uint32be(0), 1, Buffer.alloc(8), 3, "One"),
      ),
      box(
        "meta",
        box("hdlr", Buffer.alloc(8), "mdta", Buffer.alloc(13)),
        box("keys", uint32be(0), uint32be(1), uint32be(14), "mdtaartist"),
        box("ilst", box("\0\0\0\x01", box("data", uint32be(1), uint32be(0), "Artist"))),
      ),
    ),
  ),
  "m4a, fragmented": bytes(
    FTYP,
    moov(trak({ sizes: [], entry: aacEntry() }), box("mvex", trex(1, 1024, 30))),
    moof(1, 3, [10, 20, 30]),
    box("mdat", Buffer.alloc(60)),
    moof(1, 2, undefined, 44_100),
    box("mdat", Buffer.alloc(60)),
  ),
};
