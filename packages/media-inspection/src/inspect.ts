import { InspectionError } from "./errors.js";
import { walkFlac } from "./audio/flac-walker.js";
import { walkM4a } from "./audio/m4a-walker.js";
import { beginsFrames, DUE } from "./audio/mpeg-sync.js";
import { seekMp3, walkMp3 } from "./audio/mp3-walker.js";
import { walkWav } from "./audio/wav-walker.js";
import type { ByteCursor, Walk } from "./byte-cursor.js";
import { CONTAINER_HEAD_BYTES, containerFormat, isText } from "./container-formats.js";
import { farContainer } from "./far-container.js";
import { walkGif } from "./image/gif-walker.js";
import { walkJpeg } from "./image/jpeg-walker.js";
import { walkPng } from "./image/png-walker.js";
import { walkWebp } from "./image/webp-walker.js";
import { foreignFormat, foreignMpeg, HEAD_BYTES, signedFormat } from "./known-formats.js";
import { MEDIA_FORMATS, type MediaFacts, type MediaFormat } from "./media-facts.js";
import { type LeadingTags, readLeadingTags } from "./tags/leading-tags.js";
import { mergeRichest } from "./tags/tag-fields.js";

const EXPECTED = "JPEG, PNG, WebP, GIF, MP3, WAV, FLAC or M4A";

/**
 * Reads a file of a format from where its own bytes begin, behind the tags in front of it; `junkBytes` come
 * before an MP3's first frame and belong to no tag.
 */
export type FormatWalk<T> = (
  source: ByteCursor,
  format: MediaFormat,
  leading: LeadingTags,
  junkBytes: number,
) => Walk<T>;

/**
 * Detects the format and runs its parser; calls `decide` in between.
 *
 * @throws InspectionError when there is no byte.
 * @throws InspectionError when the content is of another format.
 * @throws InspectionError when it begins as a supported format but is broken.
 */
export function inspect(
  source: ByteCursor,
  decide: (format: MediaFormat) => void,
): Walk<MediaFacts> {
  return identify(source, decide, walkFormat);
}

/**
 * Detects the format, calls `decide`, then `read`.
 *
 * @throws InspectionError when there is no byte.
 * @throws InspectionError when the content is of another format.
 */
export function* identify<T>(
  source: ByteCursor,
  decide: (format: MediaFormat) => void,
  read: FormatWalk<T>,
): Walk<T> {
  if ((yield* source.peek(1)).length === 0) {
    const message = "The file is empty; an image or audio file was expected.";
    throw new InspectionError("empty_file", message);
  }
  const leading = yield* readLeadingTags(source);
  const head = Buffer.from(yield* source.peek(HEAD_BYTES));
  const format = signedFormat(head);
  if (format !== undefined && mayFollow(format, leading)) {
    decide(format);
    return yield* read(source, format, leading, 0);
  }

  const foreign = yield* foreignContent(source, head, leading);
  const start = source.position;
  const within = leading.count > 0 ? Infinity : source.limits.maxJunkBytes;
  if (foreign === undefined && (yield* seekMp3(source, within))) {
    decide("mp3");
    return yield* read(source, "mp3", leading, leading.count > 0 ? 0 : source.position - start);
  }
  const actual = foreign ?? misplaced(head) ?? foreignMpeg(head);
  if (leading.count > 0 && actual === undefined) {
    throw new InspectionError(
      "invalid_media",
      `The file has audio tags (${leading.count} of ID3v2 or APE), but no MP3 frames follow: only ${beginning(head)}.`,
    );
  }
  throw new InspectionError(
    "unsupported_media_type",
    `The file is ${actual ?? "of an unknown format"}, not ${EXPECTED}; it begins with ${beginning(head)}.`,
  );
}

/** Behind tags only sound makes sense, and behind zeros alone nothing that has a signature. */
function mayFollow(format: MediaFormat, { count, paddingBytes }: LeadingTags): boolean {
  return count > 0 ? MEDIA_FORMATS[format].kind === "audio" : paddingBytes === 0;
}

/** Runs the parser of a format. */
export function* walkFormat(
  source: ByteCursor,
  format: MediaFormat,
  { tags }: LeadingTags,
  junkBytes: number,
): Walk<MediaFacts> {
  switch (format) {
    case "jpeg":
      return yield* walkJpeg(source);
    case "png":
      return yield* walkPng(source);
    case "gif":
      return yield* walkGif(source);
    case "webp":
      return yield* walkWebp(source);
    case "mp3":
      return yield* walkMp3(source, tags, junkBytes);
    case "flac":
      return yield* walkFlac(source, tags);
    case "wav":
      return yield* walkWav(source, tags);
    case "m4a": {
      const facts = yield* walkM4a(source);
      return { ...facts, tags: mergeRichest([facts.tags, tags]) };
    }
  }
}

/** What is at the cursor if it is surely no MP3: frames in such a file are not its own. */
function* foreignContent(
  source: ByteCursor,
  head: Buffer,
  { count }: LeadingTags,
): Walk<string | undefined> {
  // Behind a tag whose size is wrong, a picture or text is the rest of it.
  if (count === 0 && signedFormat(head) !== undefined) return misplaced(head);
  const foreign = foreignFormat(head);
  if (foreign !== undefined || (yield* beginsFrames(source, DUE))) return foreign;
  const start = yield* source.peek(CONTAINER_HEAD_BYTES);
  const container = containerFormat(start) ?? (count === 0 && isText(start) ? "text" : undefined);
  return container ?? (yield* farContainer(source));
}

function misplaced(head: Buffer): string | undefined {
  const format = signedFormat(head);
  return format && `${format.toUpperCase()} behind tags or zeros`;
}

function beginning(head: Buffer): string {
  return head.length === 0 ? "nothing" : `the bytes ${head.toString("hex", 0, 8)}`;
}
