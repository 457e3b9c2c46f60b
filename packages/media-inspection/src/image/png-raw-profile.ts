import { inflateSync } from "node:zlib";

export type PngTextType = "tEXt" | "zTXt" | "iTXt";

/** Unpacking a profile is work, and a file may hold any number: only the first few are looked at. */
export const MAX_PROFILES = 4;
const KEYWORDS = ["Raw profile type exif", "Raw profile type APP1"];
/** Bytes of a profile of 64 KiB in hexadecimal, with its line breaks; it may be compressed. */
export const MAX_RAW_PROFILE_BYTES = 160 * 1024;
/** How much of it comes before the digits at most. */
const PREAMBLE_BYTES = 256;

/** How much of a text chunk `isRawProfile` looks at: the longest keyword and its end. */
export const KEYWORD_BYTES = 22;

export function isTextType(type: string): type is PngTextType {
  return type === "tEXt" || type === "zTXt" || type === "iTXt";
}

/** Whether a text chunk (PNG third edition, 11.3.3) that begins so holds an EXIF profile. */
export function isRawProfile(chunk: Buffer): boolean {
  return KEYWORDS.includes(chunk.toString("latin1", 0, Math.max(0, chunk.indexOf(0))));
}

/**
 * The EXIF profile that ImageMagick, ExifTool and others kept in a PNG's text chunk before the
 * eXIf chunk existed: `\n<name>\n<length>\n<hexadecimal>`. Empty where it is broken.
 */
export function rawExifProfile(type: PngTextType, chunk: Buffer): Buffer {
  const text = readText(type, chunk.subarray(chunk.indexOf(0) + 1)) ?? Buffer.alloc(0);
  const preamble = /^\s*\w+\s+\d+\s/.exec(text.toString("latin1", 0, PREAMBLE_BYTES));
  return preamble === null ? Buffer.alloc(0) : hexBytes(text.subarray(preamble[0].length));
}

/** Decodes hexadecimal digits with white space among them, up to anything else. */
function hexBytes(text: Buffer): Buffer {
  const digits = Buffer.alloc(text.length);
  let count = 0;
  for (const byte of text) {
    if (!isSpace(byte)) digits[count++] = byte;
  }
  return Buffer.from(digits.toString("latin1", 0, count), "hex");
}

function isSpace(byte: number): boolean {
  return byte === 0x20 || (byte >= 0x09 && byte <= 0x0d);
}

function readText(type: PngTextType, rest: Buffer): Buffer | undefined {
  if (type === "tEXt") return rest;
  if (type === "zTXt") return inflate(rest.subarray(1));
  const isCompressed = rest[0] === 1;
  const languageEnd = rest.indexOf(0, 2);
  const translationEnd = languageEnd < 0 ? -1 : rest.indexOf(0, languageEnd + 1);
  if (translationEnd < 0) return undefined;
  const text = rest.subarray(translationEnd + 1);
  return isCompressed ? inflate(text) : text;
}

function inflate(bytes: Buffer): Buffer | undefined {
  try {
    return inflateSync(bytes, { maxOutputLength: MAX_RAW_PROFILE_BYTES });
  } catch {
    // A broken text chunk does not make a broken picture.
    return undefined;
  }
}
