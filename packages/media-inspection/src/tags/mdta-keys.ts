import type { Box } from "../audio/m4a-boxes.js";
import type { ByteCursor, Walk } from "../byte-cursor.js";

const MAX_KEYS_BYTES = 64 * 1024;
const MAX_KEYS = 1000;
const PREFIX = /^com\.apple\.quicktime\./;

/**
 * Reads a `keys` box (Apple, "QuickTime File Format", Metadata): the names of the items of the list behind
 * it, in lower case and without prefix and separators. Those that are items' types stay as they are.
 */
export function* readMetadataKeys(source: ByteCursor, box: Box): Walk<string[]> {
  const body = yield* source.take(Math.min(box.end - source.position, MAX_KEYS_BYTES));
  source.charge(body.length);
  const keys: string[] = [];
  for (let at = 8; at + 8 <= body.length && keys.length < MAX_KEYS;) {
    const size = body.readUInt32BE(at);
    if (size < 8 || at + size > body.length) break;
    const isItemType = body.toString("latin1", at + 4, at + 8) === "udta";
    const key = body.toString("latin1", at + 8, at + size);
    keys.push(isItemType ? key : key.toLowerCase().replace(PREFIX, "").replace(/[_ -]/g, ""));
    at += size;
  }
  return keys;
}
