import type { AudioTags } from "../media-facts.js";
import { addTag, type TagName } from "./tag-fields.js";
import { tagText } from "./tag-text.js";

/** APEv2 specification: header and footer have the same 32 bytes. */
export const APE_DESCRIPTOR_BYTES = 32;

const NAMES: ReadonlyMap<string, TagName> = new Map([
  ["title", "title"],
  ["artist", "artist"],
  ["album", "album"],
]);
const IS_HEADER = 1 << 29;
const MAX_ITEMS = 1000;

export interface ApeDescriptor {
  /** Bytes of the items and the footer, without the header. */
  size: number;
  items: number;
  /** Whether the items follow; they come before a footer. */
  isHeader: boolean;
}

/** Undefined where the bytes begin no header or footer of an APE tag. */
export function apeDescriptor(bytes: Buffer): ApeDescriptor | undefined {
  if (bytes.length < APE_DESCRIPTOR_BYTES || bytes.toString("latin1", 0, 8) !== "APETAGEX") {
    return undefined;
  }
  return {
    size: bytes.readUInt32LE(12),
    items: bytes.readUInt32LE(16),
    isHeader: (bytes.readUInt32LE(20) & IS_HEADER) !== 0,
  };
}

/** Steps that `apeTags` takes at most. */
export function apeSteps(body: Buffer, items: number): number {
  return Math.min(items, MAX_ITEMS, body.length / 11) * 300 + body.length;
}

/** Reads the items of an APE tag; stops at the first broken one. */
export function apeTags(body: Buffer, items: number): AudioTags {
  const tags: AudioTags = {};
  let at = 0;
  for (let index = 0; index < Math.min(items, MAX_ITEMS) && at + 8 < body.length; index += 1) {
    const size = body.readUInt32LE(at);
    const isText = ((body.readUInt32LE(at + 4) >>> 1) & 3) === 0;
    const keyEnd = body.indexOf(0, at + 8);
    if (keyEnd < 0 || keyEnd + 1 + size > body.length) break;
    const name = NAMES.get(body.toString("latin1", at + 8, keyEnd).toLowerCase());
    const value = body.subarray(keyEnd + 1, keyEnd + 1 + size);
    if (name !== undefined && isText) addTag(tags, name, tagText(value, "utf-8"));
    at = keyEnd + 1 + size;
  }
  return tags;
}
