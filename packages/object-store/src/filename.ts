import { MEDIA_FORMATS } from "@repo/media-inspection";

/** Control characters, and the marks and overrides of bidirectional text (UAX #9). */
const UNSAFE = /[\p{Cc}\u061C\u200E\u200F\u202A-\u202E\u2066-\u2069\uFEFF\uFFF9-\uFFFB]/gu;

const MAX_CHARACTERS = 255;

/** UTF-16 code units that are looked at: what replaces and normalizes them takes longer than they are. */
const MAX_LOOKED_AT = 1024;

/**
 * A file name that is safe to store and to offer at download: without path, control and
 * bidirectional control characters, in NFC, at most 255 characters with its extension kept. Null
 * when nothing is left.
 */
export function sanitizedFilename(name: string | null | undefined): string | null {
  if (name === undefined || name === null) return null;
  const base = name.slice(Math.max(name.lastIndexOf("/"), name.lastIndexOf("\\")) + 1);
  const short =
    base.length > MAX_LOOKED_AT ? base.slice(0, MAX_LOOKED_AT) + extensionOf(base) : base;
  const clean = short.toWellFormed().replaceAll(UNSAFE, "").normalize("NFC").trim();
  if (clean === "" || clean === "." || clean === "..") return null;
  return shortened(clean);
}

function shortened(name: string): string {
  const characters = Array.from(name);
  if (characters.length <= MAX_CHARACTERS) return name;
  const extension = Array.from(extensionOf(name));
  return [...characters.slice(0, MAX_CHARACTERS - extension.length), ...extension].join("");
}

/** With its dot, or nothing. */
function extensionOf(name: string): string {
  return /\.[^.]{1,16}$/u.exec(name.slice(-64))?.[0] ?? "";
}

/** An ending without a letter, such as that of "holiday.2024", is none of a type. */
const EXTENSION = /\.((?=[0-9]*[a-z])[a-z0-9]{1,8})$/i;

/** The extension of a name, without its dot; undefined for a name without one. */
export function typeExtensionOf(name: string): string | undefined {
  return EXTENSION.exec(name)?.[1];
}

/** The name to offer at download: the file's own, or its id, with the extension of its type if it has none. */
export function downloadName({
  id,
  originalFilename,
  contentType,
}: {
  id: string;
  originalFilename: string | null;
  contentType: string;
}): string {
  const name = originalFilename ?? id;
  if (originalFilename !== null && typeExtensionOf(name) !== undefined) return name;
  const format = Object.values(MEDIA_FORMATS).find((each) => each.contentType === contentType);
  return format === undefined ? name : shortened(`${name}.${format.extension}`);
}

/** The name to offer at download of a variant: the file's, with the extension of the variant. */
export function variantName(name: string, extension: string): string {
  const stem = name.slice(0, name.length - extensionOf(name).length);
  return shortened(`${stem === "" ? name : stem}.${extension}`);
}

/** All but printable ASCII, and of that what is special in a quoted string or to old clients. */
const NOT_PLAIN = /[^ !#$&-:<-[\]-~]/gu;

/**
 * The Content-Disposition header of RFC 6266: a plain ASCII name for old clients and, where it
 * says less than the real one, `filename*` in the encoding of RFC 8187.
 */
export function contentDisposition(type: "inline" | "attachment", filename: string): string {
  const ascii = filename.replaceAll(NOT_PLAIN, "_");
  const plain = `${type}; filename="${ascii}"`;
  return ascii === filename ? plain : `${plain}; filename*=UTF-8''${encodeExtValue(filename)}`;
}

/** RFC 8187, section 3.2.1: everything but attr-char is percent-encoded UTF-8. */
function encodeExtValue(value: string): string {
  return encodeURIComponent(value.toWellFormed()).replaceAll(
    /['()*]/g,
    (character) => `%${character.charCodeAt(0).toString(16).toUpperCase()}`,
  );
}
