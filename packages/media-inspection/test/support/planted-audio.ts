import { deflateSync } from "node:zlib";

import {
  ape,
  flacBlock,
  fmt,
  id3Frame,
  id3v1,
  id3v2,
  mp3Frames,
  vorbisComment,
  wav,
  xingFrame,
} from "./audio.js";
import { bytes, uint16be, uint24be, uint32be, uint32le } from "./bytes.js";
import { riffChunk } from "./images.js";
import {
  AAC_LC_STEREO,
  aacEntry,
  box,
  esds,
  FTYP,
  itemList,
  mvhd,
  soundEntry,
  trex,
  versionedEntry,
} from "./m4a.js";

/** A place in a file: makes one that holds the marker there. */
export type Place = (marker: Buffer) => Buffer;
export type Places = Readonly<Record<string, Place>>;

const title = id3Frame("TIT2", bytes(0, "Title"));
const sound = mp3Frames(8);

function tag3(...frames: Uint8Array[]): Buffer {
  return id3v2(bytes(title, ...frames), { version: 3 });
}

function front(...frames: Uint8Array[]): Buffer {
  return bytes(tag3(...frames), xingFrame(8), sound);
}

function unsynchronised(tag: Buffer): Buffer {
  return bytes(tag.toString("latin1").replaceAll("\xff", "\xff\0"));
}

function wide(text: Buffer): Buffer {
  return Buffer.from(text.toString("latin1"), "utf16le");
}

/** Places in an MP3 that are removed. */
export const MP3_REMOVED: Places = {
  "a comment": (m) => front(id3Frame("COMM", bytes(0, "eng\0", m))),
  "a comment in UTF-16": (m) =>
    front(id3Frame("COMM", bytes(1, "eng\xff\xfe\0\0\xff\xfe", wide(m)))),
  "an owner's text": (m) => front(id3Frame("TXXX", bytes(0, "owner\0", m))),
  "private data": (m) => front(id3Frame("PRIV", bytes("owner\0", m))),
  "an enclosed object": (m) => front(id3Frame("GEOB", bytes(0, "a/b\0\0\0", m))),
  "a file's identifier": (m) => front(id3Frame("UFID", bytes("owner\0", m))),
  "a link": (m) => front(id3Frame("WOAF", m)),
  "the encoder's name": (m) => front(id3Frame("TENC", bytes(0, m))),
  "the album's artist": (m) => front(id3Frame("TPE2", bytes(0, m))),
  "an unknown frame": (m) => front(id3Frame("ZZZZ", m)),
  "a second title": (m) => front(id3Frame("TIT2", bytes(0, m))),
  "a text behind its end": (m) => front(id3Frame("TALB", bytes(0, "Album\0", m))),
  "another picture": (m) =>
    front(
      id3Frame("APIC", bytes(0, "image/png\0", 3, 0, "cover")),
      id3Frame("APIC", bytes(0, "image/png\0", 4, 0, m)),
    ),
  "a picture's description": (m) =>
    front(id3Frame("APIC", bytes(0, "image/png\0", 3, m, 0, "cover"))),
  "a chapter's link": (m) => front(chapter(id3Frame("WXXX", bytes(0, 0, m)))),
  "a chapter's name": (m) => front(chapter(title, m)),
  padding: (m) =>
    bytes(id3v2(bytes(title, Buffer.alloc(20), m), { version: 3, padding: 9 }), sound),
  "an unsynchronised tag": (m) =>
    bytes(
      id3v2(unsynchronised(bytes(title, id3Frame("PRIV", bytes(0xff, 0, m)))), {
        version: 3,
        flags: 0x80,
      }),
      sound,
    ),
  "a tag of version 2.4": (m) => bytes(id3v2(bytes(title, id3Frame("TSOP", bytes(3, m)))), sound),
  "a tag of version 2.2": (m) =>
    bytes(id3v2(bytes("COM", uint24be(20), 0, "eng", m), { version: 2 }), sound),
  "a second tag in front": (m) => bytes(tag3(), tag3(id3Frame("PRIV", m)), sound),
  "bytes before the first frame": (m) => bytes(m, Buffer.alloc(100, 1), mp3Frames(60)),
  "a tag between frames": (m) => bytes(sound, tag3(id3Frame("PRIV", m)), sound),
  "bytes between frames": (m) => bytes(sound, Buffer.alloc(40, 1), m, Buffer.alloc(40, 1), sound),
  "ID3v1's comment": (m) => bytes(sound, id3v1("Title").fill(m, 97, 113)),
  "the enhanced ID3v1": (m) => bytes(sound, "TAG+", m, Buffer.alloc(227 - 20), id3v1("Title")),
  "APE's comment": (m) => bytes(sound, ape({ Title: "Title", Comment: m.toString("latin1") })),
  "an unknown item of APE": (m) => bytes(sound, ape({ Owner: m.toString("latin1") }), id3v1("T")),
  "APE without a header": (m) =>
    bytes(sound, ape({ Title: "T", Comment: m.toString("latin1") }).subarray(32)),
  "APE in front": (m) => bytes(ape({ Title: "T", Owner: m.toString("latin1") }), sound),
  lyrics: (m) => {
    const words = bytes("LYRICSBEGIN", "LYR00016", m);
    return bytes(sound, words, String(words.length).padStart(6, "0"), "LYRICS200", id3v1("T"));
  },
  "lyrics of version 1": (m) => bytes(sound, "LYRICSBEGIN", m, "LYRICSEND", id3v1("T")),
  "what follows an encoder's header": (m) => {
    const header = xingFrame(8).fill("LAME3.100", 48, 57, "latin1").fill(m, 84, 100);
    return bytes(header, sound);
  },
  "a header of an unknown encoder": (m) => bytes(xingFrame(8).fill(m, 48, 64), sound),
  "what follows Fraunhofer's header": (m) => bytes(vbriFrame().fill(m, 64, 80), sound),
  "ID3v2 at the end": (m) => bytes(sound, tag3(id3Frame("PRIV", m))),
  "bytes at the end": (m) => bytes(sound, Buffer.alloc(30, 1), m),
};

/** A header that announces 8 frames, with a table of one entry of 2 bytes. */
function vbriFrame(): Buffer {
  const fields = [uint32be(1), uint16be(0), uint32be(8 * 417), uint32be(8)];
  const table = [1, 1, 2, 1].map(uint16be);
  const header = bytes("VBRI", ...fields, ...table, Buffer.alloc(2, 7));
  const frame = mp3Frames(1).fill(0, 4);
  header.copy(frame, 36);
  return frame;
}

function chapter(frames: Buffer, name: Uint8Array | string = "one"): Buffer {
  const times = bytes(uint32be(0), uint32be(100), Buffer.alloc(8, 0xff));
  return id3Frame("CHAP", bytes(name, 0, times, frames));
}

/** Places in an MP3 that stay. */
export const MP3_KEPT: Places = {
  "the title": (m) => bytes(id3v2(id3Frame("TIT2", bytes(3, m))), sound),
  "the artist in APE": (m) => bytes(sound, ape({ Artist: m.toString("latin1") })),
  "the album": (m) => front(id3Frame("TALB", bytes(0, m))),
  "the genre": (m) => front(id3Frame("TCON", bytes(0, m))),
  "a packed artist": (m) =>
    front(id3Frame("TPE1", bytes(uint32be(17), deflateSync(bytes(0, m))), 0x80)),
  "the cover": (m) => front(id3Frame("APIC", bytes(0, "image/png\0", 3, 0, m))),
  "a cover in APE": (m) => bytes(sound, ape({ "Cover Art (Front)": bytes("a.png\0", m) })),
  "a chapter's title": (m) => front(chapter(id3Frame("TIT2", bytes(0, m)))),
  "a frame": (m) => bytes(sound, mp3Frames(1).fill(m, 100, 116), sound),
};

const data = riffChunk("data", Buffer.alloc(401, 1));
const PCM_GUID = Buffer.from("0100000000001000800000aa00389b71", "hex");

/** Places in a WAV that are removed. */
export const WAV_REMOVED: Places = {
  "a comment": (m) => wav(fmt(), riffChunk("LIST", bytes("INFO", riffChunk("ICMT", m))), data),
  "the software": (m) => wav(fmt(), data, riffChunk("LIST", bytes("INFO", riffChunk("ISFT", m)))),
  labels: (m) => wav(fmt(), data, riffChunk("LIST", bytes("adtl", riffChunk("labl", m)))),
  "the broadcast extension": (m) =>
    wav(riffChunk("bext", bytes(m, Buffer.alloc(586))), fmt(), data),
  iXML: (m) => wav(fmt(), riffChunk("iXML", bytes("<BWFXML>", m)), data),
  XMP: (m) => wav(fmt(), data, riffChunk("_PMX", m)),
  "the cart": (m) => wav(fmt(), riffChunk("cart", m), data),
  "an unknown chunk": (m) => wav(fmt(), riffChunk("zzzz", m), data),
  filler: (m) => wav(riffChunk("JUNK", m), fmt(), data),
  "a chunk behind the audio": (m) => wav(fmt(), data, riffChunk("zzzz", m)),
  "a second audio chunk": (m) => wav(fmt(), data, riffChunk("data", m)),
  "what PCM's format has too much": (m) => wav(fmt({ extension: bytes(16, 0, m) }), data),
  "what another codec's format has too much": (m) =>
    wav(fmt({ tag: 0x11, bits: 4, blockAlign: 256, extension: bytes(2, 0, 249, 1, m) }), data),
  "what an extensible format has too much": (m) =>
    wav(fmt({ tag: 0xfffe, extension: bytes(22, 0, Buffer.alloc(6), PCM_GUID, m) }), data),
  "what the number of samples has too much": (m) =>
    wav(fmt(), riffChunk("fact", bytes(uint32le(100), m)), data),
  "an ID3v2 tag": (m) => wav(fmt(), data, riffChunk("id3 ", tag3(id3Frame("PRIV", m)))),
  "bytes behind the file": (m) => bytes(wav(fmt(), data), m),
  "a tag in front": (m) => bytes(tag3(id3Frame("PRIV", m)), wav(fmt(), data)),
};

/** Places in a WAV that stay. */
export const WAV_KEPT: Places = {
  "the title": (m) => wav(fmt(), data, riffChunk("LIST", bytes("INFO", riffChunk("INAM", m)))),
  "the title in a tag in front": (m) =>
    bytes(id3v2(id3Frame("TIT2", bytes(3, m))), wav(fmt(), data)),
  "the cover": (m) =>
    wav(fmt(), data, riffChunk("id3 ", tag3(id3Frame("APIC", bytes(0, "image/png\0", 3, 0, m))))),
  "the audio": (m) => wav(fmt(), riffChunk("data", bytes(m, Buffer.alloc(400)))),
};

/** Splits a FLAC behind its STREAMINFO, which is marked as the last block, or not. */
function withBlocks(flac: Buffer, blocks: Buffer[], rest: Buffer = Buffer.alloc(0)): Buffer {
  let at = 4;
  for (let isLast = false; !isLast;) {
    isLast = flac.readUInt8(at) >= 0x80;
    at += 4 + flac.readUIntBE(at + 1, 3);
  }
  const info = Buffer.from(flac.subarray(4, 42));
  info[0] = 0;
  const last = flacBlock(1, Buffer.alloc(4), true);
  return bytes("fLaC", info, ...blocks, last, flac.subarray(at), rest);
}

function flacPicture(kind: number, description: Uint8Array | string, picture: Uint8Array): Buffer {
  return flacBlock(
    6,
    bytes(
      ...[uint32be(kind), uint32be(9), "image/png"],
      ...[uint32be(description.length), description, Buffer.alloc(16)],
      ...[uint32be(picture.length), picture],
    ),
  );
}

/** A FLAC with a cue sheet. */
export function withCueSheet(flac: Buffer, sheet: Buffer): Buffer {
  return withBlocks(flac, [flacBlock(5, sheet)]);
}

/** Of one track with two index points. */
export function cueSheet(): Buffer {
  const points = [0, 7000].map((at) => bytes(uint32be(0), uint32be(at), 1, 0, 0, 0));
  return bytes(Buffer.alloc(395), 1, Buffer.alloc(35), points.length, ...points);
}

/** Places in a FLAC that are removed; its frames are those of a real one. */
export function flacRemoved(flac: Buffer): Places {
  const cover = flacPicture(3, "", Buffer.from("cover"));
  return {
    "the vendor": (m) => withBlocks(flac, [flacBlock(4, bytes(uint32le(16), m, uint32le(0)))]),
    "a comment": (m) => withBlocks(flac, [vorbisComment("TITLE=T", `COMMENT=${m.toString()}`)]),
    "a place": (m) => withBlocks(flac, [vorbisComment(`LOCATION=${m.toString()}`)]),
    "an unknown field": (m) => withBlocks(flac, [vorbisComment(`OWNER=${m.toString()}`)]),
    "bytes behind the fields": (m) =>
      withBlocks(flac, [flacBlock(4, bytes(uint32le(0), uint32le(0), m))]),
    "an application's data": (m) => withBlocks(flac, [flacBlock(2, bytes("test", m))]),
    padding: (m) => withBlocks(flac, [flacBlock(1, m)]),
    "a reserved block": (m) => withBlocks(flac, [flacBlock(50, m)]),
    "another picture": (m) => withBlocks(flac, [cover, flacPicture(4, "", m)]),
    "a picture's description": (m) => withBlocks(flac, [flacPicture(3, m, Buffer.from("cover"))]),
    "a cue sheet's catalogue number": (m) =>
      withBlocks(flac, [flacBlock(5, cueSheet().fill(m, 0, 16))]),
    "a cue sheet's reserved bytes": (m) =>
      withBlocks(flac, [flacBlock(5, cueSheet().fill(m, 200, 216))]),
    "what follows a cue sheet": (m) => withBlocks(flac, [flacBlock(5, bytes(cueSheet(), m))]),
    "a cut cue sheet": (m) => withBlocks(flac, [flacBlock(5, bytes(Buffer.alloc(395), 9, m))]),
    "what follows a seek table": (m) => withBlocks(flac, [flacBlock(3, m)]),
    "a tag in front": (m) => bytes(tag3(id3Frame("PRIV", m)), withBlocks(flac, [])),
    "a tag behind": (m) => withBlocks(flac, [], id3v1("T").fill(m, 97, 113)),
    "bytes behind": (m) => withBlocks(flac, [], m),
    "another stream": (m) => withBlocks(flac, [], withBlocks(flac, [flacBlock(2, m)])),
  };
}

/** Places in a FLAC that stay. */
export function flacKept(flac: Buffer): Places {
  return {
    "the title": (m) => withBlocks(flac, [vorbisComment(`TITLE=${m.toString()}`)]),
    "a chapter's title": (m) =>
      withBlocks(flac, [
        vorbisComment("CHAPTER001=00:00:00.500", `CHAPTER001NAME=${m.toString()}`),
      ]),
    "the cover": (m) => withBlocks(flac, [flacPicture(3, "", m)]),
    "a cover in a field": (m) => {
      const picture = flacPicture(3, "", m).subarray(4).toString("base64");
      return withBlocks(flac, [vorbisComment(`METADATA_BLOCK_PICTURE=${picture}`)]);
    },
    "the title in a tag in front": (m) =>
      bytes(id3v2(id3Frame("TIT2", bytes(3, m))), withBlocks(flac, [])),
  };
}

/** The fields of an index of no segment. */
const EMPTY_INDEX = Buffer.alloc(24);
const SAMPLE_BYTES = 20;
const SAMPLES = 9;
const AUDIO = Buffer.alloc(SAMPLE_BYTES * SAMPLES, 0x21);

interface TrackParts {
  id?: number;
  handler?: string;
  entry?: Uint8Array;
  offset?: number;
  chapters?: number[];
  name?: Uint8Array | string;
  times?: Uint8Array;
  /** Boxes that are added. */
  inTrack?: Uint8Array;
  inTable?: Uint8Array;
  reference?: Uint8Array | string;
  samples?: number;
  /** One size for all samples. */
  size?: number;
}

function track({
  id = 1,
  handler = "soun",
  entry = aacEntry(),
  offset = 0,
  chapters = [],
  name = "",
  times = Buffer.alloc(8),
  inTrack = Buffer.alloc(0),
  inTable = Buffer.alloc(0),
  reference = "",
  samples = SAMPLES,
  size = 0,
}: TrackParts): Buffer {
  const sizes = Array.from({ length: size > 0 ? 0 : samples }, () => uint32be(SAMPLE_BYTES));
  const list = samples === 0 ? [] : [uint32be(1), uint32be(samples), uint32be(1)];
  const stbl = box(
    "stbl",
    box("stsd", uint32be(0), uint32be(1), entry),
    box("stts", uint32be(0), uint32be(1), uint32be(samples), uint32be(1024)),
    box("stsz", uint32be(0), uint32be(size), uint32be(samples), ...sizes),
    box("stsc", uint32be(0), uint32be(Math.min(1, samples)), ...list),
    box("stco", uint32be(0), uint32be(Math.min(1, samples)), samples === 0 ? "" : uint32be(offset)),
    inTable,
  );
  return box(
    "trak",
    box("tkhd", uint32be(0), times, uint32be(id), Buffer.alloc(68)),
    chapters.length === 0 ? "" : box("tref", box("chap", ...chapters.map(uint32be))),
    box(
      "mdia",
      box("mdhd", uint32be(0), times, uint32be(44_100), Buffer.alloc(8)),
      box("hdlr", Buffer.alloc(8), handler, Buffer.alloc(12), name, 0),
      box(
        "minf",
        box("dinf", box("dref", uint32be(0), uint32be(1), box("url ", uint32be(1), reference))),
        stbl,
      ),
    ),
    inTrack,
  );
}

interface MovieParts {
  /** Media before, between and behind the samples of a second track, and it; all of what is in `mdat`. */
  media?: Uint8Array[];
  offset?: number;
  sound?: TrackParts;
  inMovie?: Uint8Array[];
  others?: TrackParts[];
  lead?: Uint8Array;
  front?: Uint8Array[];
  middle?: Uint8Array[];
  back?: Uint8Array[];
}

/** A file whose audio stands in front of its movie; offsets count from the beginning of the media. */
function mediaFirst({
  media = [AUDIO],
  sound: own = {},
  others = [],
  ...parts
}: MovieParts): Buffer {
  const head = bytes(parts.lead ?? "", FTYP, ...(parts.front ?? []));
  const start = head.length + 8;
  const place = (each: TrackParts): Buffer =>
    track({ ...each, offset: start + (each.offset ?? 0) });
  const moov = box("moov", mvhd(), place(own), ...others.map(place), ...(parts.inMovie ?? []));
  return bytes(head, box("mdat", ...media), ...(parts.middle ?? []), moov, ...(parts.back ?? []));
}

/** A file whose movie stands in front of its audio. */
function movieFirst(media: Uint8Array[], ...inMovie: Uint8Array[]): Buffer {
  const make = (offset: number) => box("moov", mvhd(), ...inMovie, track({ offset }));
  const start = FTYP.length + make(0).length + 8;
  return bytes(FTYP, make(start), box("mdat", ...media));
}

const metadata = (...items: Uint8Array[]): Buffer => {
  const handler = box("hdlr", Buffer.alloc(8), "mdirappl", Buffer.alloc(9));
  return box("udta", box("meta", uint32be(0), handler, box("ilst", ...items)));
};
const item = (type: string, value: Uint8Array, valueType = 1): Buffer =>
  box(type, box("data", uint32be(valueType), uint32be(0), value));
const FREE_FORM = (m: Buffer): Buffer =>
  box(
    "----",
    box("mean", uint32be(0), "com.example"),
    box("name", uint32be(0), "owner"),
    box("data", uint32be(1), uint32be(0), m),
  );

/** Fragments of two tracks; media of the first in the first `mdat` behind its offset. */
function fragmented(parts: {
  between?: Uint8Array;
  inFragment?: Uint8Array;
  before?: Uint8Array;
  after?: Uint8Array;
  other?: Uint8Array;
  back?: Uint8Array;
}): Buffer {
  const none = Buffer.alloc(0);
  const { between = none, inFragment = none, before = none, after = none } = parts;
  const { other = none, back = none } = parts;
  const tracks = [track({ samples: 0 }), track({ id: 2, handler: "meta", samples: 0 })];
  const extension = box("mvex", trex(1, 1024, SAMPLE_BYTES), trex(2, 1024, SAMPLE_BYTES));
  const moov = box("moov", mvhd(), ...tracks, extension);
  const traf = (id: number, samples: number, offset: number, ...more: Uint8Array[]) =>
    box(
      "traf",
      box("tfhd", 0, uint24be(0x20000), uint32be(id)),
      box("trun", 0, uint24be(1), uint32be(samples), uint32be(offset)),
      ...more,
    );
  const make = (offset: number) =>
    box(
      "moof",
      box("mfhd", uint32be(0), uint32be(1)),
      traf(1, SAMPLES, offset + 8 + before.length, inFragment),
      traf(2, other.length / SAMPLE_BYTES, offset + 8 + before.length + AUDIO.length),
    );
  const size = make(0).length;
  return bytes(
    ...[FTYP, moov, between, make(size)],
    ...[box("mdat", before, AUDIO, other, after), back],
  );
}

/** An M4A with these 8 bytes as the times of creation and change, everywhere. */
export function timedM4a(times: Buffer): Buffer {
  const file = mediaFirst({ sound: { times } });
  return file.fill(times, file.indexOf("mvhd") + 8, file.indexOf("mvhd") + 16);
}

/** A WAV with an odd number of bytes of audio, and this one behind them. */
export function paddedWav(padding: number): Buffer {
  const odd = riffChunk("data", Buffer.alloc(401, 1));
  return wav(fmt(), odd.fill(padding, odd.length - 1));
}

/** Places in an M4A that are removed. */
export const M4A_REMOVED: Places = {
  "a place of QuickTime": (m) =>
    mediaFirst({ inMovie: [box("udta", box("\u00a9xyz", 0, 16, 0x15, 0xc7, m))] }),
  "a place of 3GPP": (m) => mediaFirst({ inMovie: [box("udta", box("loci", uint32be(0), m))] }),
  "a comment of QuickTime": (m) =>
    movieFirst([AUDIO], box("udta", box("\u00a9cmt", 0, 16, 0x15, 0xc7, m))),
  "a comment": (m) => mediaFirst({ inMovie: [metadata(item("\u00a9cmt", m))] }),
  "the software": (m) => movieFirst([AUDIO], metadata(item("\u00a9too", m))),
  "the owner": (m) => mediaFirst({ inMovie: [metadata(item("apID", m))] }),
  "a free item": (m) => mediaFirst({ inMovie: [metadata(FREE_FORM(m))] }),
  "a second title": (m) =>
    mediaFirst({ inMovie: [metadata(item("\u00a9nam", Buffer.from("T")), item("\u00a9nam", m))] }),
  keys: (m) => {
    const keys = box("keys", uint32be(0), uint32be(1), box("mdta", m));
    return mediaFirst({
      inMovie: [box("meta", box("hdlr", Buffer.alloc(8), "mdta", Buffer.alloc(13)), keys)],
    });
  },
  "a track's data": (m) => mediaFirst({ sound: { inTrack: box("udta", box("name", m)) } }),
  "a track's unknown box": (m) => mediaFirst({ sound: { inTrack: box("uuid", m) } }),
  "an unknown table": (m) => mediaFirst({ sound: { inTable: box("zzzz", m) } }),
  "what follows the fields of a table": (m) =>
    mediaFirst({ sound: { inTable: box("stss", uint32be(0), uint32be(0), m) } }),
  "what follows the groups of samples": (m) => {
    const groups = [uint32be(0x1000000), "roll", uint32be(2), uint32be(1), 0xff, 0xff];
    return mediaFirst({ sound: { inTable: box("sgpd", ...groups, m) } });
  },
  "what follows the decoder's configuration": (m) =>
    mediaFirst({ sound: { entry: soundEntry("mp4a", withRest(esds(AAC_LC_STEREO), m)) } }),
  "flags of the samples": (m) => mediaFirst({ sound: { inTable: box("sdtp", uint32be(0), m) } }),
  "brands that nobody registered": (m) =>
    mediaFirst({ front: [box("ftyp", "M4A ", uint32be(0), m)] }),
  "a handler's name": (m) => mediaFirst({ sound: { name: m } }),
  "the address of the samples": (m) => mediaFirst({ sound: { reference: m } }),
  "an unknown box of the entry": (m) =>
    mediaFirst({ sound: { entry: withRest(aacEntry(), box("zzzz", m)) } }),
  "comments in FLAC's configuration": (m) => {
    const info = Buffer.alloc(34);
    info.writeUInt32BE((44_100 << 12) | (1 << 9) | (15 << 4), 10);
    const blocks = bytes(flacBlock(0, info), flacBlock(4, m, true));
    return mediaFirst({ sound: { entry: soundEntry("fLaC", box("dfLa", uint32be(0), blocks)) } });
  },
  "an extension in the movie": (m) => mediaFirst({ inMovie: [box("uuid", m)] }),
  "free space in the movie": (m) => movieFirst([AUDIO], box("free", m)),
  "an extension of the file": (m) => mediaFirst({ middle: [box("uuid", m)] }),
  "free space in front": (m) => mediaFirst({ front: [box("free", m)] }),
  "free space behind": (m) => mediaFirst({ back: [box("skip", m)] }),
  "a gap before the samples": (m) => mediaFirst({ media: [m, AUDIO], sound: { offset: 16 } }),
  "a gap behind the samples": (m) => mediaFirst({ media: [AUDIO, m] }),
  "a gap behind a movie in front": (m) => movieFirst([AUDIO, m]),
  "the samples of another track": (m) =>
    mediaFirst({
      media: [AUDIO, m, Buffer.alloc(4)],
      others: [{ id: 2, handler: "meta", entry: box("mett"), offset: AUDIO.length, samples: 1 }],
    }),
  "a second sound": (m) =>
    mediaFirst({
      media: [AUDIO, m, Buffer.alloc(4)],
      others: [{ id: 2, offset: AUDIO.length, samples: 1 }],
    }),
  "media without samples": (m) => mediaFirst({ middle: [box("mdat", m)] }),
  "metadata of the file": (m) => mediaFirst({ back: [box("meta", uint32be(0), m)] }),
  "a second movie": (m) => mediaFirst({ back: [box("moov", box("udta", m))] }),
  "bytes behind": (m) => bytes(mediaFirst({}), uint32be(0).subarray(0, 3), uint32be(1), 9, m),
  "a tag in front": (m) => mediaFirst({ lead: tag3(id3Frame("PRIV", m)) }),
  "an event": (m) => fragmented({ between: box("emsg", m) }),
  "an event behind a fragment": (m) => fragmented({ back: box("emsg", m) }),
  "the time of a producer": (m) => fragmented({ back: box("prft", m) }),
  "brands of a segment": (m) =>
    fragmented({ between: box("sidx", EMPTY_INDEX), back: box("styp", "isom", uint32be(0), m) }),
  "what follows the fields of an index": (m) => fragmented({ back: box("sidx", EMPTY_INDEX, m) }),
  "what follows the fields of a run": (m) =>
    fragmented({ inFragment: box("trun", uint32be(0), uint32be(0), m) }),
  "an extension of a fragment": (m) => fragmented({ inFragment: box("uuid", m) }),
  "free space behind a fragment": (m) => fragmented({ back: box("free", m) }),
  "a gap before a fragment's samples": (m) => fragmented({ before: m }),
  "a gap behind a fragment's samples": (m) => fragmented({ after: m }),
  "a fragment of another track": (m) => fragmented({ other: bytes(m, Buffer.alloc(4)) }),
  "an index": (m) => fragmented({ back: box("mfra", m) }),
  "bytes behind fragments": (m) => fragmented({ back: bytes(uint32be(3), "abcd", m) }),
};

/** A box with more bytes. */
function withRest(whole: Buffer, rest: Buffer): Buffer {
  return bytes(uint32be(whole.length + rest.length), whole.subarray(4), rest);
}

/** Places in an M4A that stay. */
export const M4A_KEPT: Places = {
  "the title": (m) => movieFirst([AUDIO], itemList({ "\u00a9nam": m.toString("latin1") })),
  "the artist of QuickTime": (m) =>
    mediaFirst({ inMovie: [box("udta", box("\u00a9ART", 0, 16, 0x15, 0xc7, m))] }),
  "the cover": (m) => mediaFirst({ inMovie: [metadata(item("covr", m, 14))] }),
  "a chapter's title": (m) =>
    mediaFirst({
      inMovie: [box("udta", box("chpl", uint32be(0), 1, Buffer.alloc(8), 16, m))],
    }),
  "the samples of a track of chapters": (m) =>
    mediaFirst({
      media: [AUDIO, Buffer.alloc(30), m, Buffer.alloc(4)],
      sound: { chapters: [2] },
      others: [
        { id: 2, handler: "text", entry: box("text"), offset: AUDIO.length + 30, samples: 1 },
      ],
    }),
  "the samples": (m) => mediaFirst({ media: [bytes(m, AUDIO.subarray(16))] }),
  "the samples of a fragment": (m) => fragmented({ back: moofOf(m) }),
  "the title in a tag in front": (m) => mediaFirst({ lead: id3v2(id3Frame("TIT2", bytes(3, m))) }),
};

/** A further fragment of one sample of the first track. */
function moofOf(sample: Buffer): Buffer {
  const run = (offset: number) =>
    box(
      "moof",
      box("mfhd", uint32be(0), uint32be(2)),
      box(
        "traf",
        box("tfhd", 0, uint24be(0x20010), uint32be(1), uint32be(sample.length)),
        box("trun", 0, uint24be(1), uint32be(1), uint32be(offset)),
      ),
    );
  return bytes(run(run(0).length + 8), box("mdat", sample));
}

/** Places on earth, by the name of the field that holds them. */
export const LOCATIONS: Places = {
  "a text of ID3v2": (m) => front(id3Frame("TXXX", bytes(0, "LOCATION\0", m))),
  "a text of ID3v2 in UTF-16": (m) =>
    front(
      id3Frame(
        "TXXX",
        bytes(1, 0xff, 0xfe, wide(Buffer.from("geo_lat")), 0, 0, 0xff, 0xfe, wide(m)),
      ),
    ),
  "a text of an unsynchronised tag": (m) =>
    bytes(
      id3v2(unsynchronised(bytes(id3Frame("TXXX", bytes(0, "GPS\0", 0xff, m)), title)), {
        version: 3,
        flags: 0x80,
      }),
      sound,
    ),
  "private data of ID3v2": (m) => front(id3Frame("PRIV", bytes("com.example.gps\0", m))),
  "an object of ID3v2": (m) => front(id3Frame("GEOB", bytes(0, "a/b\0location.bin\0\0", m))),
  "XMP in ID3v2": (m) => front(id3Frame("PRIV", bytes("XMP\0", m))),
  "an item of APE": (m) => bytes(sound, ape({ Location: m.toString("latin1"), Title: "T" })),
  iXML: (m) =>
    wav(fmt(), riffChunk("iXML", bytes("<A><LOCATION_GPS>", m, "</LOCATION_GPS></A>")), data),
  "XMP in a WAV": (m) => wav(fmt(), data, riffChunk("_PMX", m)),
  "a box of QuickTime": (m) =>
    mediaFirst({ inMovie: [box("udta", box("\u00a9xyz", 0, 16, 0x15, 0xc7, m))] }),
  "a box of 3GPP": (m) => movieFirst([AUDIO], box("udta", box("loci", uint32be(0), m))),
  "a box of a track": (m) =>
    mediaFirst({ sound: { inTrack: box("udta", box("\u00a9xyz", 0, 16, 0x15, 0xc7, m)) } }),
  "a key of Apple": (m) =>
    mediaFirst({ inMovie: [keyed("com.apple.quicktime.location.ISO6709", m)] }),
  "a key of Android": (m) => movieFirst([AUDIO], keyed("com.android.location", m)),
  "XMP in a movie": (m) => mediaFirst({ inMovie: [box("uuid", XMP_UUID, m)] }),
  "XMP in an M4A": (m) => mediaFirst({ back: [box("uuid", XMP_UUID, m)] }),
};

const XMP_UUID = Buffer.from("be7acfcb97a942e89c71999491e3afac", "hex");

function keyed(key: string, value: Buffer): Buffer {
  return box(
    "meta",
    box("hdlr", Buffer.alloc(8), "mdta", Buffer.alloc(13)),
    box("keys", uint32be(0), uint32be(1), box("mdta", key)),
    box("ilst", item("\0\0\0\x01", value)),
  );
}

/** Whose samples are frames of PCM, though packets of MP3 are stored: old QuickTime files. */
export const PACKETED = mediaFirst({
  sound: {
    entry: versionedEntry(".mp3", 1, ...[1152, 417, 2, 2].map(uint32be)),
    samples: AUDIO.length,
    size: 1,
  },
});

/** Texts that are no places. */
export const NO_LOCATIONS: Places = {
  "the title": (m) => bytes(id3v2(id3Frame("TIT2", bytes(3, m))), sound),
  "a comment": (m) => front(id3Frame("COMM", bytes(0, "eng\0", m))),
  "a text of another name": (m) => front(id3Frame("TXXX", bytes(0, "owner\0location ", m))),
  "a comment in an M4A": (m) => mediaFirst({ inMovie: [metadata(item("\u00a9cmt", m))] }),
  "a note in iXML": (m) => wav(fmt(), riffChunk("iXML", bytes("<NOTE>", m, "</NOTE>")), data),
};

export function flacLocation(flac: Buffer): Places {
  return {
    "a field of FLAC": (m) =>
      withBlocks(flac, [vorbisComment("TITLE=T", `LOCATION=${m.toString()}`)]),
    "another field of FLAC": (m) => withBlocks(flac, [vorbisComment(`GEO_LAT=${m.toString()}`)]),
  };
}
