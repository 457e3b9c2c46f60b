import type { Box } from "../audio/m4a-boxes.js";
import type { ByteCursor, Walk } from "../byte-cursor.js";
import type { Chapter } from "../media-facts.js";
import { ChapterList } from "./chapter-list.js";
import { tagText, textSteps } from "./tag-text.js";

/** A chapter's start is given in units of 100 ns. */
const UNITS_PER_SECOND = 10_000_000;
const START_BYTES = 8;

/**
 * Reads a `chpl` box, Nero's list of chapters: version and flags, in version 1 four bytes more, the number
 * of chapters, and for each its start and a text with its length.
 */
export function* readNeroChapters(
  source: ByteCursor,
  box: Box,
): Walk<readonly Chapter[] | undefined> {
  const size = Math.min(box.end - source.position, source.limits.maxTagBytes);
  const head = yield* source.take(Math.min(size, 5));
  if (head.length < 5) return undefined;
  if (head.readUInt8(0) > 0) yield* source.skip(4);
  const chapters = new ChapterList();
  const end = Math.min(box.end, source.position + size);
  while (source.position + START_BYTES < end && !chapters.isFull) {
    const entry = yield* source.take(START_BYTES + 1);
    if (entry.length < START_BYTES + 1) break;
    const title = yield* source.take(Math.min(entry.readUInt8(START_BYTES), end - source.position));
    source.charge(textSteps(title.length));
    const start = Number(entry.readBigUInt64BE(0)) / UNITS_PER_SECOND;
    chapters.add(start, tagText(title, "guess"));
  }
  return chapters.sorted();
}
