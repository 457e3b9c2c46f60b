import type { AudioTags } from "../media-facts.js";

export type TagName = keyof AudioTags;

/** The encodings that tag formats declare; `guess` for those that declare none. */
export type TagEncoding = "latin1" | "utf-8" | "utf-16le" | "utf-16be" | "guess";

const MAX_CHARACTERS = 1000;
/** More than any 1,000 characters can take, in UTF-16 code units with room for what is removed. */
const MAX_UNITS = 16 * MAX_CHARACTERS;
const CONTROL = /\p{Cc}/gu;

/**
 * Decodes a tag's value up to its first terminator: control characters removed, white space
 * around it too, cut at 1,000 characters (code points). Undefined where nothing is left.
 */
export function tagText(bytes: Buffer, encoding: TagEncoding): string | undefined {
  const text = decode(bytes, encoding)
    .slice(0, MAX_UNITS)
    // The cut may have halved a character beyond the basic plane.
    .replace(/[\ud800-\udbff]$/, "")
    .toWellFormed()
    .replace(/^\0+/, "")
    .replace(/\0[^]*$/, "")
    .replace(CONTROL, "")
    .trim();
  const cut = Array.from(text).slice(0, MAX_CHARACTERS).join("").trim();
  return cut === "" ? undefined : cut;
}

/** Per name the first source that has it. */
export function mergeTags(sources: readonly AudioTags[]): AudioTags {
  const merged: AudioTags = {};
  for (const source of sources) {
    for (const name of ["title", "artist", "album"] as const) {
      const value = source[name];
      if (merged[name] === undefined && value !== undefined) merged[name] = value;
    }
  }
  return merged;
}

/** Sets a tag unless it is set already. */
export function addTag(tags: AudioTags, name: TagName, value: string | undefined): void {
  if (tags[name] === undefined && value !== undefined) tags[name] = value;
}

function decode(bytes: Buffer, encoding: TagEncoding): string {
  if (encoding !== "guess") return new TextDecoder(encoding).decode(bytes);
  const end = bytes.indexOf(0);
  const text = end < 0 ? bytes : bytes.subarray(0, end);
  try {
    return new TextDecoder("utf-8", { fatal: true }).decode(text);
  } catch {
    return new TextDecoder("latin1").decode(text);
  }
}
