import { joined, uint32be } from "./byte-parts.js";
import { type KeptTags, trackText, yearText } from "./kept-tags.js";

const FRONT_COVER = 3;
/** A chapter without an offset in bytes has these instead. */
const NO_OFFSET = Buffer.alloc(4, 0xff);
const ORDERED_TOP_LEVEL = 3;
/** The list of chapters counts them in one byte. */
const MAX_LISTED_CHAPTERS = 255;
/** What Windows-1252 and ISO 8859-1 have in common. */
const LATIN1 = /^[\x20-\x7e\xa0-\xff]*$/;

/** An ID3v2.3 tag, which every player reads; no bytes where nothing is kept. */
export function id3v2Tag(tags: KeptTags): Buffer {
  return id3v2Frames([
    ...textFrames(tags),
    ...gaplessFrames(tags),
    ...pictureFrames(tags),
    ...chapterFrames(tags),
  ]);
}

/** A tag without what other parts of the file say: picture and chapters. */
export function id3v2Extras(tags: KeptTags): Buffer {
  return id3v2Frames([...pictureFrames(tags), ...chapterFrames(tags)]);
}

function id3v2Frames(frames: readonly Buffer[]): Buffer {
  const body = Buffer.concat(frames);
  if (body.length === 0) return body;
  const size = [21, 14, 7, 0].map((shift) => (body.length >>> shift) & 0x7f);
  return joined("ID3", 3, 0, 0, ...size, body);
}

function textFrames(tags: KeptTags): Buffer[] {
  // `(` begins a reference to a numbered genre, unless it is doubled.
  const genre = tags.genre?.startsWith("(") === true ? `(${tags.genre}` : tags.genre;
  const texts: [string, string | undefined][] = [
    ["TIT2", tags.title],
    ["TPE1", tags.artist],
    ["TALB", tags.album],
    ["TCON", genre],
    ["TYER", yearText(tags)],
    ["TRCK", trackText(tags)],
  ];
  return texts.flatMap(([id, text]) => (text === undefined ? [] : [textFrame(id, text)]));
}

function textFrame(id: string, text: string): Buffer {
  if (LATIN1.test(text)) return frame(id, 0, text);
  return frame(id, 1, 0xff, 0xfe, Buffer.from(text, "utf16le"));
}

function gaplessFrames({ gapless }: KeptTags): Buffer[] {
  return gapless === undefined ? [] : [frame("COMM", 0, "eng", "iTunSMPB", 0, gapless)];
}

function pictureFrames({ picture }: KeptTags): Buffer[] {
  if (picture === undefined) return [];
  return [frame("APIC", 0, picture.contentType ?? "", 0, FRONT_COVER, 0, picture.bytes)];
}

/** "ID3v2 Chapter Frame Addendum". */
function chapterFrames({ chapters, durationSeconds }: KeptTags): Buffer[] {
  if (chapters.length === 0) return [];
  const names = chapters.map((_, index) => `c${index}\0`);
  const frames = chapters.map(({ startSeconds, title }, index) => {
    const end = Math.max(startSeconds, chapters[index + 1]?.startSeconds ?? durationSeconds);
    const times = joined(milliseconds(startSeconds), milliseconds(end), NO_OFFSET, NO_OFFSET);
    const own = title === undefined ? "" : textFrame("TIT2", title);
    return frame("CHAP", names[index] ?? "", times, own);
  });
  const list = frame("CTOC", "toc\0", ORDERED_TOP_LEVEL, names.length & 0xff, ...names);
  return names.length > MAX_LISTED_CHAPTERS ? frames : [list, ...frames];
}

function milliseconds(seconds: number): Buffer {
  return uint32be(Math.min(0xffffffff, Math.round(1000 * seconds)));
}

function frame(id: string, ...content: readonly (string | number | Uint8Array)[]): Buffer {
  const body = joined(...content);
  return joined(id, uint32be(body.length), 0, 0, body);
}
