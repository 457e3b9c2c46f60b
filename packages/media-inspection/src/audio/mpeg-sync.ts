import type { ByteCursor, Walk } from "../byte-cursor.js";
import { layer3FrameBytes, MPEG_HEADER_BYTES, sameStream } from "./mpeg-frame.js";

/** How many frames in a row tell audio from chance, and from a tag's or picture's bytes. */
interface Proof {
  frames: number;
  /** Enough where the file, or a trailing tag, follows the last of them at once. */
  framesAtEnd: number;
}

/** Where a frame is due anyway. */
export const DUE: Proof = { frames: 2, framesAtEnd: 1 };
/** Where it is a find among other bytes. */
export const FOUND: Proof = { frames: 4, framesAtEnd: 3 };

/** False finds while looking for frames; chance gives one in 100 KiB or fewer. */
export const MAX_FALSE_FINDS = 10_000;

const TRAILING_TAGS = ["TAG", "APETAGEX", "LYRICSBEGIN", "ID3"];

/** Whether consecutive frames of one Layer III stream begin at the cursor, or `at` bytes on. */
export function* beginsFrames(source: ByteCursor, proof: Proof, at = 0): Walk<boolean> {
  let first: number | undefined;
  let offset = at;
  for (let frames = 0; frames < proof.frames; frames += 1) {
    const window = yield* source.peekAt(offset, MPEG_HEADER_BYTES);
    if (window.length < MPEG_HEADER_BYTES) {
      return source.available >= offset && frames >= proof.framesAtEnd;
    }
    const header = window.readUInt32BE(0);
    const bytes = layer3FrameBytes(header);
    first ??= header;
    if (bytes === 0 || !sameStream(first, header)) {
      return frames >= proof.framesAtEnd && (yield* isTrailingTag(source, offset));
    }
    offset += bytes;
  }
  return true;
}

/**
 * Moves to the next run of frames, at most `within` bytes on. After `budget.left` false finds it gives
 * up.
 */
export function* seekFrames(
  source: ByteCursor,
  budget: { left: number },
  within: number,
): Walk<boolean> {
  const end = source.position + within;
  const visit = (window: Buffer, at: number): number => {
    if (at + MPEG_HEADER_BYTES > window.length) return 1;
    return layer3FrameBytes(window.readUInt32BE(at)) > 0 ? 0 : 1;
  };
  while (yield* source.seek({ byte: 0xff }, MPEG_HEADER_BYTES, visit, end - source.position)) {
    if (yield* beginsFrames(source, FOUND)) return true;
    budget.left -= 1;
    if (budget.left < 0) return false;
    yield* source.skip(1);
  }
  return false;
}

function* isTrailingTag(source: ByteCursor, offset: number): Walk<boolean> {
  const longest = 11;
  const bytes = (yield* source.peekAt(offset, longest)).toString("latin1");
  return TRAILING_TAGS.some((name) => bytes.startsWith(name));
}
