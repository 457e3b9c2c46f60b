import type { ByteCursor, Walk } from "../byte-cursor.js";
import type { AudioTags } from "../media-facts.js";
import { PassedTags } from "../tags/passed-tags.js";
import { framesLike, layer3FrameBytes, MPEG_HEADER_BYTES } from "./mpeg-frame.js";
import { MpegParts } from "./mpeg-parts.js";
import { beginsFrames, DUE, MAX_FALSE_FINDS, seekFrames } from "./mpeg-sync.js";
import { announcedFrames, XING_BYTES } from "./xing.js";

/** The first byte of every frame. */
const SYNC = 0xff;

/** Layer III frames that came, one behind the other or with tags and garbage in between. */
export interface MpegStream {
  /** Header of a frame of the longest part. */
  header: number;
  /** What a Xing or VBRI header announces, 0 where it or its claim is missing. */
  announced: number;
  frames: number;
  bytes: number;
  seconds: number;
  /** Whether the file ends inside a frame. */
  isCut: boolean;
  /** Tags behind the last frame. */
  tags: readonly AudioTags[];
  /** Bytes of all tags that were passed. */
  tagBytes: number;
}

/** Consecutive frames of one kind, or the one that holds a Xing header. */
export interface FrameRun {
  start: number;
  end: number;
  /** Where the last frame would end; behind `end` if the file ends inside it. */
  wholeEnd: number;
  /** Header of the first frame. */
  header: number;
  /** Whole frames. */
  count: number;
}

export type FramesObserver = (run: FrameRun) => void;

/**
 * Counts the frames from the one that begins at the cursor on, up to the offset `end`, by hopping
 * from header to header. A Xing header is no audio, and its claim neither ends nor bounds the count.
 * Audio goes on behind tags and garbage, and as another stream, as in files that were joined.
 */
export function* countFrames(
  source: ByteCursor,
  end = Infinity,
  observe?: FramesObserver,
): Walk<MpegStream> {
  const first = (yield* source.peek(MPEG_HEADER_BYTES)).readUInt32BE(0);
  const announced = announcedFrames(yield* source.peek(XING_BYTES), first);
  const start = source.position;
  if (announced !== undefined) yield* source.skip(layer3FrameBytes(first));
  const behind = source.position;
  observe?.({ start, end: behind, wholeEnd: behind, header: first, count: 1 });

  const parts = new MpegParts(first);
  const passed = new PassedTags();
  const isCut = yield* readParts(source, end, { parts, passed, observe });
  return {
    ...parts.sum(),
    announced: announced ?? 0,
    isCut,
    tags: passed.found,
    tagBytes: passed.bytes,
  };
}

interface StreamReading {
  parts: MpegParts;
  passed: PassedTags;
  observe: FramesObserver | undefined;
}

/** @returns whether the file ends inside a frame */
function* readParts(
  source: ByteCursor,
  end: number,
  { parts, passed, observe }: StreamReading,
): Walk<boolean> {
  const falseFinds = { left: MAX_FALSE_FINDS };
  for (;;) {
    const next = yield* source.peek(MPEG_HEADER_BYTES);
    if (next.length < MPEG_HEADER_BYTES) return next[0] === SYNC;
    const header = next.readUInt32BE(0);
    const start = source.position;
    const run = yield* source.hop(framesLike(header), end);
    const { count } = run;
    observe?.({ start, end: source.position, wholeEnd: start + run.bytes, header, count });
    parts.add(header, run);
    if (run.count > 0) passed.forget();
    if (run.isCut) return true;
    if (source.position >= end) return false;
    // The file may end inside a header.
    if (!run.isFollowed) return (yield* source.peek(MPEG_HEADER_BYTES))[0] === SYNC;
    if ((yield* passed.pass(source)) || (yield* beginsFrames(source, DUE))) continue;
    const within = end - 1 - source.position;
    if (!(yield* seekFrames(source, falseFinds, within))) return false;
  }
}
