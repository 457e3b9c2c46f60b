import { CONTAINERS, matches, type Signature } from "./container-formats.js";
import type { MediaFormat } from "./media-facts.js";

/** How many bytes tell the formats apart, those of `foreignFormat` too. */
export const HEAD_BYTES = 64;

/** One of the supported formats that have a signature: all but MP3. */
export function signedFormat(head: Buffer): Exclude<MediaFormat, "mp3"> | undefined {
  const text = head.toString("latin1");
  if (text.startsWith("\xff\xd8")) return "jpeg";
  if (text.startsWith("\x89PNG\r\n\x1a\n")) return "png";
  if (text.startsWith("GIF87a") || text.startsWith("GIF89a")) return "gif";
  if (text.startsWith("fLaC")) return "flac";
  if (/^RIFF.{4}WEBP/s.test(text)) return "webp";
  if (/^(RIFF|RF64|BW64).{4}WAVE/s.test(text)) return "wav";
  return beginsIsoMedia(head, text) ? "m4a" : undefined;
}

/** `ftyp` and what writers put before it or in its place (ISO/IEC 14496-12, 4.3; QuickTime's `wide`). */
const FIRST_BOXES = /^(ftyp|moov|free|skip|wide|uuid)$/;
/** Text is no box: its first bytes are a far greater size. */
const MAX_FIRST_BOX_BYTES = 0x1000000;

function beginsIsoMedia(head: Buffer, text: string): boolean {
  if (head.length < 8) return false;
  const [type, size] = [text.slice(4, 8), head.readUInt32BE(0)];
  if (type === "ftyp") return true;
  if (type === "mdat") return size >= 8 || size === 1;
  return FIRST_BOXES.test(type) && size >= 8 && size < MAX_FIRST_BOX_BYTES;
}

/** Formats that must not be searched for MP3 frames: they may hold some, or look as if. */
const FOREIGN_FORMATS: readonly Signature[] = [
  { name: "an AVI video", at: 8, bytes: ["AVI LIST"] },
  { name: "a big-endian WAV (RIFX)", bytes: ["RIFX"] },
  { name: "a RIFF file of another kind", bytes: ["RIFF"] },
  { name: "an Ogg file", bytes: ["OggS"] },
  { name: "an IFF or AIFF file", bytes: ["FORM"] },
  { name: "a WavPack file", bytes: ["wvpk"] },
  {
    name: "audio of another format",
    bytes: ["MAC ", "MP+", "MPCK", "TTA1", "OFR ", "DSD ", "FRM8", "#!AMR", ".snd", "MThd"],
  },
  { name: "AAC audio in ADIF", bytes: ["ADIF"] },
  { name: "a Core Audio file", bytes: ["caff"] },
  { name: "a Flash video", bytes: ["FLV\x01"] },
  { name: "a Matroska or WebM file", bytes: ["\x1a\x45\xdf\xa3"] },
  { name: "a Windows Media file", bytes: ["\x30\x26\xb2\x75"] },
  { name: "an MPEG video", bytes: ["\x00\x00\x01\xba", "\x00\x00\x01\xb3"] },
  { name: "a QuickTime movie", at: 4, bytes: ["moov", "mdat", "wide", "free", "skip", "pnot"] },
  { name: "an MNG animation", bytes: ["\x8aMNG"] },
  { name: "a JNG image", bytes: ["\x8bJNG"] },
  { name: "a TIFF or raw image", bytes: ["II*\0", "MM\0*", "II+\0", "MM\0+"] },
  { name: "an icon or cursor", bytes: ["\0\0\x01\0", "\0\0\x02\0"] },
  { name: "a Photoshop document", bytes: ["8BPS"] },
  { name: "a JPEG 2000 image", bytes: ["\0\0\0\x0cjP  ", "\xff\x4f\xff\x51"] },
  { name: "a JPEG XL image", bytes: ["\0\0\0\x0cJXL ", "\xff\x0a"] },
  { name: "a PDF document", bytes: ["%PDF"] },
  { name: "a PostScript document", bytes: ["%!PS"] },
  { name: "a ZIP archive", bytes: ["PK\x03\x04", "PK\x05\x06", "PK\x07\x08"] },
  {
    name: "an archive or compressed file",
    bytes: ["Rar!", "7z\xbc\xaf", "\x1f\x8b", "BZh", "\xfd7zXZ", "\x28\xb5\x2f\xfd"],
  },
  { name: "a program", bytes: ["MZ", "\x7fELF", "\xca\xfe\xba\xbe", "\xcf\xfa\xed\xfe"] },
  { name: "a script or playlist", bytes: ["#!", "#EXTM3U"] },
];

/** Text, behind white space and a byte order mark. */
const FOREIGN_TEXTS: readonly (readonly [RegExp, string])[] = [
  [/^(\xef\xbb\xbf)?\s*<(svg|\?xml)/i, "an XML or SVG document"],
  [/^(\xef\xbb\xbf)?\s*<[!?a-z]/i, "an HTML document or script"],
];

/** What a file is that surely is none of the supported formats; undefined where unknown. */
export function foreignFormat(head: Buffer): string | undefined {
  const text = head.toString("latin1");
  const signature = [...FOREIGN_FORMATS, ...CONTAINERS].find((each) => matches(each, text));
  return signature?.name ?? FOREIGN_TEXTS.find(([pattern]) => pattern.test(text))?.[1];
}

/**
 * What a file is that begins as a stream of MPEG audio but holds no Layer III: ADTS has layer 0;
 * layers I and II are the codes 3 and 2.
 */
export function foreignMpeg(head: Buffer): string | undefined {
  if (head.length < 4 || head.readUInt16BE(0) < 0xffe0) return undefined;
  const isUtf16 = head.readUInt16BE(0) === 0xfffe;
  if (isUtf16) return "text in UTF-16";
  const version = (head.readUInt8(1) >>> 3) & 3;
  const layer = (head.readUInt8(1) >>> 1) & 3;
  if (layer === 0 && version >= 2) return "AAC audio in ADTS";
  if (version === 1) return undefined;
  if (layer === 2) return "MPEG audio of Layer II (MP2)";
  return layer === 3 ? "MPEG audio of Layer I (MP1)" : undefined;
}
