/** Control characters, and the marks and overrides of bidirectional text (UAX #9). */
const UNSAFE = /[\p{Cc}\u061C\u200E\u200F\u202A-\u202E\u2066-\u2069\uFEFF\uFFF9-\uFFFB]/gu;

const MAX_CHARACTERS = 255;

/**
 * A file name that is safe to store and to offer at download: without path, control and
 * bidirectional control characters, in NFC, at most 255 characters with its extension kept. Null
 * when nothing is left.
 */
export function sanitizedFilename(name: string | null | undefined): string | null {
  if (name === undefined || name === null) return null;
  const base = name.toWellFormed().split(/[/\\]/u).at(-1) ?? "";
  const clean = base.replaceAll(UNSAFE, "").normalize("NFC").trim();
  if (clean === "" || clean === "." || clean === "..") return null;
  return shortened(clean);
}

function shortened(name: string): string {
  const characters = Array.from(name);
  if (characters.length <= MAX_CHARACTERS) return name;
  const extension = Array.from(/\.[^.]{1,16}$/u.exec(name)?.[0] ?? "");
  return [...characters.slice(0, MAX_CHARACTERS - extension.length), ...extension].join("");
}
