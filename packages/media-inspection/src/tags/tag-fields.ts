import type { AudioTags } from "../media-facts.js";

/** Tags that are texts in the result. */
export type TextTag =
  | "title"
  | "artist"
  | "album"
  | "albumArtist"
  | "composer"
  | "genre"
  | "comment"
  | "language";
/** Tags that are numbers in the result. */
export type NumberTag = "year" | "trackNumber" | "trackTotal" | "discNumber" | "discTotal";
/** Tags that files write as text, numbers too. */
export type TagName = TextTag | NumberTag;

const MAX_YEAR = 9999;
const MAX_NUMBER = 2 ** 31 - 1;
/** Where a number comes with a total, as in `3/12`. */
const TOTALS: Partial<Record<TagName, NumberTag>> = {
  trackNumber: "trackTotal",
  discNumber: "discTotal",
};

/**
 * Sets a tag from its text unless it is set already. `trackNumber` and `discNumber` take `3/12` and set
 * the total too; `year` takes any date with a year of four digits.
 */
export function addTag(tags: AudioTags, name: TagName, text: string | undefined): void {
  if (text === undefined) return;
  if (name === "year") {
    addNumber(tags, "year", yearOf(text));
  } else if (isNumberTag(name)) {
    const [, number, total] = /^\s*(\d{1,10})?\s*(?:\/\s*(\d{1,10}))?/.exec(text) ?? [];
    addNumber(tags, name, Number(number));
    const totalName = TOTALS[name];
    if (totalName !== undefined) addNumber(tags, totalName, Number(total));
  } else {
    tags[name] ??= text;
  }
}

/** Sets a number unless it is set already, or out of the range that it can have. */
export function addNumber(tags: AudioTags, name: NumberTag, value: number): void {
  const max = name === "year" ? MAX_YEAR : MAX_NUMBER;
  if (Number.isInteger(value) && value >= 1 && value <= max) tags[name] ??= value;
}

/** Per name the first source that has it. */
export function mergeTags(sources: readonly AudioTags[]): AudioTags {
  return sources.reduceRight<AudioTags>((merged, source) => ({ ...merged, ...source }), {});
}

/** Merges the tags of one file: the one with the most values first, else in the order given. */
export function mergeRichest(sources: readonly AudioTags[]): AudioTags {
  const count = (tags: AudioTags) => Object.keys(tags).length;
  return mergeTags(sources.toSorted((one, other) => count(other) - count(one)));
}

function isNumberTag(name: TagName): name is NumberTag {
  return name === "year" || /Number$|Total$/.test(name);
}

/** The year of a date such as `2004-05-06`, `20040506`, `6 May 2004` or `476`; else `NaN`. */
function yearOf(text: string): number {
  const found =
    /(?<!\d)\d{4}(?!\d)/.exec(text) ?? /^\d{4}(?=\d{4}(?!\d))/.exec(text) ?? /^\d{1,3}$/.exec(text);
  return Number(found?.[0]);
}
