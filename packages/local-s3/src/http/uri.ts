import { S3Error } from "../errors.js";

/**
 * URI encoding as SigV4 defines it: every byte of the UTF-8 form but A-Z a-z 0-9 - . _ ~ becomes
 * %XX in upper case.
 */
export function uriEncode(text: string): string {
  return encodeURIComponent(text).replace(
    /[!'()*]/g,
    (character) => `%${character.charCodeAt(0).toString(16).toUpperCase()}`,
  );
}

/** As `uriEncode`, but leaves slashes: the canonical form of a path. */
export function uriEncodePath(path: string): string {
  return path.split("/").map(uriEncode).join("/");
}

/** @throws {S3Error} InvalidURI when an escape is malformed or the bytes are not UTF-8 */
export function uriDecode(text: string): string {
  try {
    return decodeURIComponent(text);
  } catch (cause) {
    if (cause instanceof URIError) throw new S3Error("InvalidURI");
    throw cause;
  }
}

/** The form encoding that S3 uses for `encoding-type=url`: as a path, but with + for a space. */
export function formEncode(text: string): string {
  return uriEncodePath(text).replaceAll("%20", "+").replaceAll("%2A", "*").replaceAll("~", "%7E");
}
