import { isUtf8 } from "node:buffer";

/** The encodings that tag formats declare; `guess` for those that declare none. */
export type TagEncoding = "latin1" | "utf-8" | "utf-16le" | "utf-16be" | "guess";

const MAX_CHARACTERS = 1000;
/** More than any 1,000 characters can take, in UTF-16 code units with room for what is removed. */
const MAX_UNITS = 16 * MAX_CHARACTERS;
/** Bytes of a value that matter: three bytes of UTF-8 give a unit at least. */
export const MAX_TEXT_BYTES = 3 * MAX_UNITS + 4;
/** Control characters and line breaks: they separate words. */
const SEPARATORS = /[\p{Cc}\u2028\u2029]+/gu;
/** Marks and overrides of bidirectional text (UAX #9), annotations and noncharacters. */
const UNSAFE =
  /[\u061C\u200E\u200F\u202A-\u202E\u2066-\u2069\uFEFF\uFFF9-\uFFFB\p{Noncharacter_Code_Point}]/gu;

const DECODERS = {
  latin1: new TextDecoder("latin1"),
  "utf-8": new TextDecoder("utf-8"),
  "utf-16le": new TextDecoder("utf-16le"),
  "utf-16be": new TextDecoder("utf-16be"),
} as const;

/** Steps that it takes to decode and clean a value of so many bytes. */
export function textSteps(byteLength: number): number {
  return 300 + 3 * Math.min(byteLength, MAX_TEXT_BYTES);
}

/**
 * Decodes a tag's value up to its first terminator. A run of control characters and line breaks
 * becomes a space; white space around the value is removed; it is cut at 1,000 characters (code
 * points). Undefined where nothing is left.
 */
export function tagText(bytes: Buffer, encoding: TagEncoding): string | undefined {
  const text = decode(bytes, encoding)
    .slice(0, MAX_UNITS)
    // The cut may have halved a character beyond the basic plane.
    .replace(/[\ud800-\udbff]$/, "")
    .toWellFormed()
    .replace(/^\0+/, "")
    .replace(/\0[^]*$/, "")
    .replace(UNSAFE, "")
    .replace(SEPARATORS, " ")
    .trim();
  const cut = Array.from(text).slice(0, MAX_CHARACTERS).join("").trim();
  return cut === "" ? undefined : cut;
}

function decode(bytes: Buffer, encoding: TagEncoding): string {
  const head = bytes.subarray(0, cutAt(bytes));
  if (encoding !== "guess") return DECODERS[encoding].decode(head);
  const end = head.indexOf(0);
  const text = end < 0 ? head : head.subarray(0, end);
  return DECODERS[isUtf8(text) ? "utf-8" : "latin1"].decode(text);
}

/** Where to cut a value so that it decodes to more characters than are kept, and halves none in UTF-8. */
function cutAt(bytes: Buffer): number {
  let end = MAX_TEXT_BYTES;
  if (bytes.length <= end) return bytes.length;
  while (end > MAX_TEXT_BYTES - 4 && ((bytes[end] ?? 0) & 0xc0) === 0x80) end -= 1;
  return end;
}
