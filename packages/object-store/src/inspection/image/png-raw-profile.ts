import { inflateSync } from "node:zlib";

export type PngTextType = "tEXt" | "zTXt" | "iTXt";

const KEYWORDS = ["Raw profile type exif", "Raw profile type APP1"];
const MAX_PROFILE_BYTES = 512 * 1024;

/** How much of a text chunk `isRawProfile` looks at: the longest keyword and its end. */
export const KEYWORD_BYTES = 22;

/** Whether a text chunk (PNG third edition, 11.3.3) that begins so holds an EXIF profile. */
export function isRawProfile(chunk: Buffer): boolean {
  return KEYWORDS.includes(chunk.toString("latin1", 0, Math.max(0, chunk.indexOf(0))));
}

/**
 * The EXIF profile that ImageMagick, ExifTool and others kept in a PNG's text chunk before the
 * eXIf chunk existed: `\n<name>\n<length>\n<hexadecimal>`. Empty where it is broken.
 */
export function rawExifProfile(type: PngTextType, chunk: Buffer): Buffer {
  const text = readText(type, chunk.subarray(chunk.indexOf(0) + 1))?.toString("latin1");
  const match = text === undefined ? null : /^\s*\w+\s+\d+\s+([\da-f\s]*)/i.exec(text);
  return Buffer.from(match?.[1]?.replace(/\s/g, "") ?? "", "hex");
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
    return inflateSync(bytes, { maxOutputLength: MAX_PROFILE_BYTES });
  } catch {
    // A broken text chunk does not make a broken picture.
    return undefined;
  }
}
