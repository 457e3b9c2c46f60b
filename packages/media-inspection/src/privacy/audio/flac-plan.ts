import {
  CUESHEET,
  PICTURE,
  SEEKTABLE,
  STREAMINFO,
  STREAMINFO_BYTES,
  VORBIS_COMMENT,
  walkFlac,
} from "../../audio/flac-walker.js";
import type { ByteCursor, Walk } from "../../byte-cursor.js";
import { InspectionError } from "../../errors.js";
import { MAX_KEPT_PICTURE_BYTES } from "../../tags/kept-content.js";
import type { EditPlan } from "../edit-plan.js";
import type { AudioPlanOptions } from "./audio-plan-options.js";
import { joined, uint32be } from "./byte-parts.js";
import { EditList } from "../edit-list.js";
import { bareCueSheet } from "./flac-cue-sheet.js";
import { flacFrameBytes } from "./flac-frame-end.js";
import { keptTags } from "./kept-tags.js";
import { flacPictureBody, vorbisComment } from "./vorbis-writer.js";

/** A metadata block without its header. */
interface Block {
  type: number;
  body: Buffer;
}

/** Blocks of which the fields are kept. */
const NEEDED = [STREAMINFO, SEEKTABLE, CUESHEET];
/** Blocks that may be ours already. */
const WRITTEN = [VORBIS_COMMENT, PICTURE];
const BLOCK_HEADER_BYTES = 4;
const SEEK_POINT_BYTES = 18;
const MAX_BODY_BYTES = 0xffffff;
const IS_LAST = 0x80;
const NAMES: ReadonlyMap<number, "tags" | "application-data"> = new Map([
  [VORBIS_COMMENT, "tags"],
  [PICTURE, "tags"],
]);
/** How much of the file's end is kept to find where the last frame ends: more than common frames have. */
const END_BYTES = 256 * 1024;

/**
 * Keeps what a FLAC needs to be played: STREAMINFO, seek table, cue sheet and frames; writes one comment and
 * one picture block anew.
 *
 * @throws InspectionError (`invalid_media`) as an inspection does, and when it is not certain where the last
 *   frame ends
 */
export function* planFlac(
  source: ByteCursor,
  { leading, stripPicture, content }: AudioPlanOptions,
): Walk<EditPlan> {
  const start = source.position;
  const needed: Block[] = [];
  const blocks: Buffer[] = [];
  const dropped = new Set<"tags" | "application-data">();
  let soundStart = 0;
  let lastAt = 0;
  source.keepTail(END_BYTES);
  const facts = yield* walkFlac(source, leading.tags, {
    *block(type, bytes) {
      const isWritten = WRITTEN.includes(type) && bytes <= MAX_KEPT_PICTURE_BYTES;
      if (!NEEDED.includes(type) && !isWritten) {
        dropped.add(NAMES.get(type) ?? "application-data");
        return;
      }
      const block = yield* source.copy(bytes);
      blocks.push(block);
      if (isWritten) return;
      needed.push({ type, body: fieldsOf(type, block.subarray(BLOCK_HEADER_BYTES)) });
    },
    frames: (first, last) => {
      soundStart = first;
      lastAt = last;
    },
  });
  const fileEnd = source.position;
  const soundEnd = endOfFrame(source, lastAt, needed);

  const kept = yield* keptTags(source, facts, content, stripPicture);
  const own: Block[] = [
    { type: VORBIS_COMMENT, body: vorbisComment(kept) },
    { type: PICTURE, body: flacPictureBody(kept) },
  ];
  const head = metadata([
    ...needed.toSorted((one, other) => one.type - other.type).filter(isWritable),
    ...own.filter(isWritable),
  ]);
  const edits = new EditList();
  edits.drop(0, start, "tags");
  if (soundStart - start !== head.length || !joined("fLaC", ...blocks).equals(head)) {
    const kinds = dropped.size === 0 ? (["tags"] as const) : dropped;
    edits.replace(start, soundStart, head, ...kinds);
  }
  edits.drop(soundEnd, fileEnd, "trailer");
  return edits.plan();
}

/** What a player needs of a block. */
function fieldsOf(type: number, body: Buffer): Buffer {
  if (type === STREAMINFO) return body.subarray(0, STREAMINFO_BYTES);
  if (type === CUESHEET) return bareCueSheet(body);
  return body.subarray(0, body.length - (body.length % SEEK_POINT_BYTES));
}

function isWritable({ body }: Block): boolean {
  return body.length > 0 && body.length <= MAX_BODY_BYTES;
}

function metadata(blocks: readonly Block[]): Buffer {
  const written = blocks.map(({ type, body }, index) => {
    const isLast = index === blocks.length - 1;
    return joined(isLast ? type | IS_LAST : type, uint32be(body.length).subarray(1), body);
  });
  return joined("fLaC", ...written);
}

function endOfFrame(source: ByteCursor, lastAt: number, blocks: readonly Block[]): number {
  const info = blocks.find(({ type }) => type === STREAMINFO)?.body;
  const tail = source.tail();
  const tailAt = source.position - tail.length;
  const sampleBits = info === undefined ? 0 : ((info.readUInt16BE(12) >>> 4) & 31) + 1;
  const bytes =
    lastAt < tailAt ? undefined : flacFrameBytes(tail.subarray(lastAt - tailAt), sampleBits);
  source.charge(8 * (bytes ?? tail.length));
  if (bytes === undefined) {
    throw new InspectionError(
      "invalid_media",
      `The FLAC's last frame, at byte ${lastAt}, is broken or not among the file's last ${END_BYTES} bytes: where the sound ends is not certain.`,
    );
  }
  return lastAt + bytes;
}
