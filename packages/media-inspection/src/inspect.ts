import { InspectionError } from "./errors.js";
import { walkFlac } from "./audio/flac-walker.js";
import { walkM4a } from "./audio/m4a-walker.js";
import { seekMp3, walkMp3 } from "./audio/mp3-walker.js";
import { walkWav } from "./audio/wav-walker.js";
import type { ByteCursor, Walk } from "./byte-cursor.js";
import { walkGif } from "./image/gif-walker.js";
import { walkJpeg } from "./image/jpeg-walker.js";
import { walkPng } from "./image/png-walker.js";
import { walkWebp } from "./image/webp-walker.js";
import { foreignFormat, foreignMpeg, HEAD_BYTES, signedFormat } from "./known-formats.js";
import type { MediaFacts, MediaFormat } from "./media-facts.js";
import { readLeadingTags } from "./tags/leading-tags.js";

const EXPECTED = "JPEG, PNG, WebP, GIF, MP3, WAV, FLAC or M4A";

/**
 * Detects the format and runs its parser; calls `decide` in between.
 *
 * @throws InspectionError when the content is of another format.
 * @throws InspectionError when it begins as a supported format but is broken.
 */
export function* inspect(
  source: ByteCursor,
  decide: (format: MediaFormat) => void,
): Walk<MediaFacts> {
  const leading = yield* readLeadingTags(source);
  const head = Buffer.from(yield* source.peek(HEAD_BYTES));
  const format = signedFormat(head);

  // Behind tags only sound makes sense: FLAC and WAV are found so in the wild.
  if (format !== undefined && (leading.count === 0 || format === "flac" || format === "wav")) {
    decide(format);
    switch (format) {
      case "jpeg":
        return yield* walkJpeg(source);
      case "png":
        return yield* walkPng(source);
      case "gif":
        return yield* walkGif(source);
      case "webp":
        return yield* walkWebp(source);
      case "flac":
        return yield* walkFlac(source, leading.tags);
      case "wav":
        return yield* walkWav(source, leading.tags);
      case "m4a":
        return yield* walkM4a(source);
    }
  }

  const foreign =
    format === undefined ? foreignFormat(head) : `${format.toUpperCase()} behind tags`;
  if (foreign === undefined && (yield* seekMp3(source))) {
    decide("mp3");
    return yield* walkMp3(source, leading.tags);
  }
  const actual = foreign ?? foreignMpeg(head);
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

function beginning(head: Buffer): string {
  return head.length === 0 ? "nothing" : `the bytes ${head.toString("hex", 0, 8)}`;
}
