import { bytes, uint16be, uint24be, uint32be } from "./bytes.js";

export function box(type: string, ...body: (string | number | Uint8Array)[]): Buffer {
  const content = bytes(...body);
  return bytes(uint32be(content.length + 8), type, content);
}

export const FTYP = box("ftyp", "M4A ", uint32be(0), "isom");

export function mvhd(timescale = 1000): Buffer {
  return box("mvhd", uint32be(0), Buffer.alloc(8), uint32be(timescale), uint32be(0));
}

function descriptor(tag: number, body: Uint8Array): Buffer {
  return bytes(tag, body.length, body);
}

/** AudioSpecificConfig of AAC-LC, 44.1 kHz, stereo. */
export const AAC_LC_STEREO = bytes(0x12, 0x10);

export function esds(config: Uint8Array): Buffer {
  const decoder = descriptor(4, bytes(0x40, 0x15, Buffer.alloc(11), descriptor(5, config)));
  return box("esds", uint32be(0), descriptor(3, bytes(0, 1, 0, decoder)));
}

/** A still picture as FFmpeg stores it: JPEG is object type 0x6c. */
export function pictureEntry(objectType = 0x6c): Buffer {
  const decoder = descriptor(4, bytes(objectType, 0x11, Buffer.alloc(11)));
  const stream = box("esds", uint32be(0), descriptor(3, bytes(0, 1, 0, decoder)));
  return box("mp4v", Buffer.alloc(78), stream);
}

/** The entry itself says 1 channel at 8 kHz; its configuration overrules it. */
export function soundEntry(type: string, ...boxes: Uint8Array[]): Buffer {
  return versionedEntry(type, 0, ...boxes);
}

/** QuickTime's entries of version 1 and 2 have more fields, which are the caller's to give. */
export function versionedEntry(type: string, version: number, ...more: Uint8Array[]): Buffer {
  const head = bytes(Buffer.alloc(6), uint16be(1), uint16be(version), Buffer.alloc(6));
  const fields = bytes(uint16be(1), uint16be(16), Buffer.alloc(4), uint16be(8000), uint16be(0));
  return box(type, head, fields, ...more);
}

export function aacEntry(config: Uint8Array = AAC_LC_STEREO): Buffer {
  return soundEntry("mp4a", esds(config));
}

export function alacEntry(sampleRate: number, channels: number): Buffer {
  const fields = bytes(uint32be(4096), 0, 16, 40, 10, 14, channels, uint16be(255));
  return soundEntry(
    "alac",
    box("alac", uint32be(0), fields, Buffer.alloc(8), uint32be(sampleRate)),
  );
}

export interface TrackFields {
  id?: number;
  handler?: string;
  entry?: Uint8Array;
  timescale?: number;
  /** Packed letters. */
  language?: number;
  /** Bytes of each sample. */
  sizes?: number[];
  /** Units of `timescale` per sample. */
  sampleDuration?: number;
  /** How many samples have which length, in place of `sampleDuration`. */
  lengths?: [number, number][];
  /** Version of the list of sample entries. */
  listVersion?: number;
  /** Edits: duration in the movie's time, start in the media's. */
  edits?: [number, number][];
  chapters?: number[];
}

export function trak({
  id = 1,
  handler = "soun",
  entry = aacEntry(),
  timescale = 44_100,
  language = 0,
  sizes = Array.from({ length: 100 }, () => 50),
  sampleDuration = 1024,
  lengths = [[sizes.length, sampleDuration]],
  listVersion = 0,
  edits = [],
  chapters = [],
}: TrackFields = {}): Buffer {
  const list = edits.map(([length, start]) =>
    bytes(uint32be(length), uint32be(start), uint32be(1)),
  );
  const stbl = box(
    "stbl",
    box("stsd", listVersion, uint24be(0), uint32be(1), entry),
    box("stts", uint32be(0), uint32be(lengths.length), ...lengths.flat().map(uint32be)),
    box("stsz", uint32be(0), uint32be(0), uint32be(sizes.length), ...sizes.map(uint32be)),
  );
  const times = bytes(Buffer.alloc(8), uint32be(timescale), uint32be(0));
  return box(
    "trak",
    box("tkhd", uint32be(0), Buffer.alloc(8), uint32be(id), Buffer.alloc(68)),
    ...(chapters.length > 0 ? [box("tref", box("chap", ...chapters.map(uint32be)))] : []),
    ...(edits.length > 0
      ? [box("edts", box("elst", uint32be(0), uint32be(edits.length), ...list))]
      : []),
    box(
      "mdia",
      box("mdhd", uint32be(0), times, uint16be(language), uint16be(0)),
      box("hdlr", uint32be(0), uint32be(0), handler, Buffer.alloc(13)),
      box("minf", stbl),
    ),
  );
}

export function itemList(items: Record<string, string>): Buffer {
  const list = Object.entries(items).map(([type, value]) =>
    box(type, box("data", uint32be(1), uint32be(0), Buffer.from(value, "utf8"))),
  );
  const handler = box("hdlr", uint32be(0), uint32be(0), "mdirappl", Buffer.alloc(9));
  return box("udta", box("meta", uint32be(0), handler, box("ilst", ...list)));
}

export function moov(...boxes: Uint8Array[]): Buffer {
  return box("moov", mvhd(), ...boxes);
}

/** The media of `trak()` with its default sizes. */
export const MDAT = box("mdat", Buffer.alloc(5000, 0x21));

export function trex(id: number, duration: number, size: number): Buffer {
  return box("trex", uint32be(0), ...[id, 1, duration, size, 0].map(uint32be));
}

/** A fragment of one track; the samples have no sizes of their own where none are given. */
export function moof(id: number, count: number, sizes?: number[], start?: number): Buffer {
  const flags = sizes === undefined ? 0 : 0x200;
  const run = box("trun", 0, uint24be(flags), uint32be(count), ...(sizes ?? []).map(uint32be));
  const time = start === undefined ? [] : [box("tfdt", uint32be(0), uint32be(start))];
  return box(
    "moof",
    box("mfhd", uint32be(0), uint32be(1)),
    box("traf", box("tfhd", uint32be(0), uint32be(id)), ...time, run),
  );
}
