import type { ByteCursor, Walk } from "../byte-cursor.js";
import type { AudioTags } from "../media-facts.js";
import { ApeValues, isKnownKey, isPictureKey } from "./ape-values.js";
import { isPlaceName, placeBytes } from "./place-observer.js";
import { textSteps } from "./tag-text.js";

/** APEv2 specification: header and footer have the same 32 bytes. */
export const APE_DESCRIPTOR_BYTES = 32;

const SIGNATURE = "APETAGEX";
const IS_HEADER = 1 << 29;
const MAX_ITEMS = 1000;
const SPACE = 0x20;
/** Size and flags. */
const ITEM_HEAD_BYTES = 8;
/** What an item begins with: the longest key has 255 characters. */
export const APE_ITEM_BYTES = ITEM_HEAD_BYTES + 256;
/** The flags of an item that are defined. */
const ITEM_FLAGS = 0xe0000007;
/** The keys of the specification have printable characters of ASCII. */
const KEY = /^[\x20-\x7e]{2,255}$/;

export interface ApeDescriptor {
  /** Bytes of the items and the footer, without the header. */
  size: number;
  /** Whether the items follow; they come before a footer. */
  isHeader: boolean;
}

/** The beginning of an item. */
interface ApeItem {
  key: string;
  isText: boolean;
  /** Bytes of the item up to its value. */
  headBytes: number;
  valueBytes: number;
}

/** Undefined where the bytes begin no header or footer of an APE tag. */
export function apeDescriptor(bytes: Buffer): ApeDescriptor | undefined {
  if (bytes.length < APE_DESCRIPTOR_BYTES || bytes.toString("latin1", 0, 8) !== SIGNATURE) {
    return undefined;
  }
  return {
    size: bytes.readUInt32LE(12),
    isHeader: (bytes.readUInt32LE(20) & IS_HEADER) !== 0,
  };
}

/** Passes over the APE tag whose header, or footer, is at the cursor, and reads the items behind it. */
export function* readApe(source: ByteCursor, { size, isHeader }: ApeDescriptor): Walk<AudioTags> {
  yield* source.skip(APE_DESCRIPTOR_BYTES);
  // A footer without its header: the items, if any, lie behind us.
  if (!isHeader) return {};
  const end = source.position + size;
  const tags = yield* readApeItems(source, end);
  const isAtFooter = apeDescriptor(yield* source.peek(APE_DESCRIPTOR_BYTES)) !== undefined;
  yield* source.skip(isAtFooter ? APE_DESCRIPTOR_BYTES : end - source.position);
  return tags;
}

/**
 * Passes over the items that begin at the cursor and end at the offset `end`, or at a footer; stops at
 * the first broken one.
 */
export function* readApeItems(source: ByteCursor, end = Infinity): Walk<AudioTags> {
  const values = new ApeValues(source.kept);
  for (let count = 0; count < MAX_ITEMS; count += 1) {
    const item = apeItem(yield* source.peek(Math.min(APE_ITEM_BYTES, end - source.position)));
    if (item === undefined || source.position + item.headBytes + item.valueBytes > end) break;
    yield* source.skip(item.headBytes);
    if (source.places !== undefined && isPlaceName(item.key)) {
      const { position } = source;
      const value = yield* source.copy(placeBytes(item.valueBytes));
      source.places.value(position, value, SPACE);
    }
    const wanted = Math.min(values.wantedBytes(item.key), source.maxValueBytes);
    const kept = Math.min(wanted, item.valueBytes);
    if (kept > 0) {
      const value = yield* source.take(kept);
      source.charge(textSteps(kept));
      values.add(item.key, item.isText, value, item.valueBytes);
    }
    yield* source.skip(item.valueBytes - kept);
  }
  return values.tags();
}

/**
 * Whether the items of a tag without a header begin at the cursor: a picture, or another of interest and
 * behind it one more or the footer.
 *
 * @param head the next `APE_ITEM_BYTES`
 */
export function* beginsApeItems(source: ByteCursor, head: Buffer): Walk<boolean> {
  const item = apeItem(head);
  if (item === undefined || !isKnownKey(item.key)) return false;
  if (isPictureKey(item.key)) return true;
  const end = item.headBytes + item.valueBytes;
  if (end > source.limits.maxTagBytes) return false;
  const next = yield* source.peekAt(end, APE_ITEM_BYTES);
  return apeItem(next) !== undefined || apeDescriptor(next) !== undefined;
}

function apeItem(start: Buffer): ApeItem | undefined {
  const keyEnd = start.indexOf(0, ITEM_HEAD_BYTES);
  if (keyEnd < 0 || start.toString("latin1", 0, 8) === SIGNATURE) return undefined;
  const key = start.toString("latin1", ITEM_HEAD_BYTES, keyEnd);
  const flags = start.readUInt32LE(4);
  if (!KEY.test(key) || (flags & ~ITEM_FLAGS) !== 0) return undefined;
  return {
    key,
    isText: ((flags >>> 1) & 3) === 0,
    headBytes: keyEnd + 1,
    valueBytes: start.readUInt32LE(0),
  };
}
