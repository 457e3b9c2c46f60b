/**
 * Keys are ordered by the bytes of their UTF-8 form, which differs from the order of JavaScript
 * strings beyond the basic plane. As one character per byte, plain string comparison is that order
 * (and an ASCII key is its own byte string).
 */
export function toByteString(text: string): string {
  return Buffer.from(text, "utf8").toString("latin1");
}

export function fromByteString(bytes: string): string {
  return Buffer.from(bytes, "latin1").toString("utf8");
}
