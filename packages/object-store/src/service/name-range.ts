import { InvalidInputError } from "../errors.js";

const MAX_CHARACTERS = 255;
const LAST_CODE_POINT = 0x10_ffff;

/**
 * The range of names with a start, in the order of code points: the start itself, and what follows
 * all names with it. Names are stored in Unicode's form NFC, and so the start is taken.
 *
 * @throws InvalidInputError (`invalid_input`)
 */
export function namesStartingWith(start: unknown): { from: string; before: string } {
  if (
    typeof start !== "string" ||
    start === "" ||
    start.length > 2 * MAX_CHARACTERS ||
    !start.isWellFormed() ||
    start.includes("\0")
  ) {
    throw new InvalidInputError(
      `filenamePrefix must be a string of 1 to ${MAX_CHARACTERS} characters of well-formed Unicode without NUL.`,
    );
  }
  const from = start.normalize("NFC");
  return { from, before: successor(from) };
}

/** The least string that is greater than every one with this start. */
function successor(start: string): string {
  const codePoints = Array.from(start, (character) => character.codePointAt(0) ?? 0);
  while (codePoints.at(-1) === LAST_CODE_POINT) codePoints.pop();
  const last = codePoints.pop();
  // No name is longer than this one, which no start can be ahead of.
  if (last === undefined) return String.fromCodePoint(LAST_CODE_POINT).repeat(MAX_CHARACTERS + 1);
  // Surrogates are no characters: U+E000 follows U+D7FF.
  return String.fromCodePoint(...codePoints, last === 0xd7ff ? 0xe000 : last + 1);
}
