import { walkMp3 } from "../../audio/mp3-walker.js";
import { layer3FrameBytes, MPEG_HEADER_BYTES, sameStream } from "../../audio/mpeg-frame.js";
import type { FrameRun } from "../../audio/mpeg-stream.js";
import { DUE } from "../../audio/mpeg-sync.js";
import { bareInfoFrame } from "../../audio/xing.js";
import type { ByteCursor, Walk } from "../../byte-cursor.js";
import { InspectionError } from "../../errors.js";
import type { EditPlan } from "../edit-plan.js";
import type { AudioPlanOptions } from "./audio-plan-options.js";
import { EditList, type Range } from "../edit-list.js";
import { id3v2Tag } from "./id3v2-writer.js";
import { keptTags } from "./kept-tags.js";

/**
 * Keeps the frames of an MP3, from the one at the cursor on, and puts one ID3v2 tag in front of them.
 * Whatever else stands before, between and behind them is dropped.
 *
 * @param junkBytes how many came before the first frame that belong to no tag
 * @throws InspectionError (`invalid_media`) as an inspection does, and when a trailing tag lies inside a whole frame
 */
export function* planMp3(
  source: ByteCursor,
  { leading, start, stripPicture, content }: AudioPlanOptions,
  junkBytes: number,
): Walk<EditPlan> {
  const kept: [start: number, end: number][] = [];
  let before: FrameRun | undefined;
  let wholeEnd = 0;
  let tagsAt = Infinity;
  const firstAt = source.position;
  const first = yield* firstFrame(source);
  const facts = yield* walkMp3(source, leading.tags, junkBytes, {
    frames: (run) => {
      if (run.end === run.start) return;
      wholeEnd = run.wholeEnd;
      const last = kept.at(-1);
      if (last?.[1] === run.start) last[1] = run.end;
      else {
        if (before !== undefined && isLost(before, run)) throw unclear(before);
        kept.push([run.start, run.end]);
      }
      before = run;
    },
    trailingTags: (at) => {
      tagsAt = at;
    },
  });
  const fileEnd = source.position;
  if (tagsAt < wholeEnd) {
    throw new InspectionError(
      "invalid_media",
      `The MP3's last frames end at byte ${wholeEnd}, inside tags that begin at ${tagsAt}.`,
    );
  }
  const ranges = kept.map(([from, to]): Range => [from, Math.min(to, tagsAt)]);
  const soundStart = ranges[0]?.[0] ?? fileEnd;
  const soundEnd = ranges.at(-1)?.[1] ?? fileEnd;

  const edits = new EditList();
  const tag = id3v2Tag(yield* keptTags(source, facts, content, stripPicture));
  if (soundStart !== tag.length || !tag.equals(start)) {
    edits.replace(0, soundStart, tag, "tags");
  }
  edits.change(firstAt, first, bareInfoFrame(first), "application-data");
  edits.dropBetween(ranges, "application-data");
  edits.drop(soundEnd, fileEnd, tagsAt < fileEnd ? "tags" : "trailer");
  return edits.plan();
}

/** Whether a frame is none any more to a reader once frames of another kind follow it at once. */
function isLost({ count, header }: FrameRun, next: FrameRun): boolean {
  return count < DUE.frames && !sameStream(header, next.header);
}

function unclear({ start }: FrameRun): InspectionError {
  return new InspectionError(
    "invalid_media",
    `The MP3 has a single frame at byte ${start} among other bytes: it is not certain that it is one.`,
  );
}

/** A copy of the frame at the cursor, unread still. */
function* firstFrame(source: ByteCursor): Walk<Buffer> {
  const header = (yield* source.peek(MPEG_HEADER_BYTES)).readUInt32BE(0);
  return yield* source.copy(layer3FrameBytes(header));
}
