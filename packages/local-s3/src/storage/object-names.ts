import { createHash } from "node:crypto";

import { toByteString } from "./byte-order.js";

/** Twice as many hex digits, and the prefix, stay well below the 255 bytes of a file name. */
const MAX_SPELLED_BYTES = 120;

/**
 * The file name of a key: the key in hex, so that the index is rebuilt from names alone, or its hash
 * when that would be too long for a file name. Neither can name another folder, and both survive a
 * file system that ignores case or normalises Unicode.
 */
export function fileName(key: string): string {
  const bytes = Buffer.from(key);
  return bytes.length <= MAX_SPELLED_BYTES
    ? `k${bytes.toString("hex")}`
    : `h${createHash("sha256").update(bytes).digest("hex")}`;
}

/**
 * The key of a file name, as a byte string; `readKey` looks into a file whose name is a hash.
 * Undefined for a file that holds no object.
 */
export function keyOfFile(name: string, readKey: (name: string) => string): string | undefined {
  if (/^k(?:[0-9a-f]{2})+$/.test(name)) return Buffer.from(name.slice(1), "hex").toString("latin1");
  if (/^h[0-9a-f]{64}$/.test(name)) return toByteString(readKey(name));
  return undefined;
}
