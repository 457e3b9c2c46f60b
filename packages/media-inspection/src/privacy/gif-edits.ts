import type { ByteCursor, Walk } from "../byte-cursor.js";
import { InspectionError } from "../errors.js";
import {
  colourTableSize,
  EXTENSION,
  GRAPHIC_CONTROL,
  IMAGE,
  SUB_BLOCKS,
} from "../image/gif-blocks.js";
import type { EditList } from "./edit-list.js";
import type { Privacy, RemovedKind } from "./edit-plan.js";
import { placelessXmp } from "./xmp-places.js";

/** GIF89a, appendix A. */
const PLAIN_TEXT = 0x01;
const COMMENT = 0xfe;
const APPLICATION = 0xff;
const TRAILER = 0x3b;
const GRAPHIC_CONTROL_BYTES = 4;
/** The length of an application's name, and the name. */
const APPLICATION_BYTES = 12;
const LOOPING = ["\x0bNETSCAPE2.0", "\x0bANIMEXTS1.0"];
/** How often to play: its number, and two bytes. */
const LOOP_BLOCK = { number: 1, length: 3 };
const COLOUR_PROFILE = "\x0bICCRGBG1012";
const XMP = "\x0bXMP DataXMP";
/** Steps for a byte in which places are sought. */
const STEPS_PER_BYTE = 4;

/**
 * Names what is removed from a GIF. Under `all` only blocks are left that are shown or say how. What
 * follows the picture is dropped under `location` too, since it may hold places.
 *
 * @throws InspectionError under `all` where decoders may disagree on what belongs to the picture
 */
export function* planGif(source: ByteCursor, edits: EditList, privacy: Privacy): Walk<void> {
  const header = yield* source.take(13);
  yield* source.skip(colourTableSize(header[10] ?? 0));
  for (;;) {
    const start = source.position;
    const introducer = (yield* source.take(1))[0];
    if (introducer === EXTENSION) {
      if (privacy === "all") yield* stripExtension(source, start, edits);
      else yield* cleanExtension(source, start, edits);
    } else if (introducer === IMAGE) {
      const descriptor = yield* source.take(9);
      yield* source.skip(colourTableSize(descriptor[8] ?? 0) + 1);
      yield* skipSubBlocks(source);
    } else {
      if (privacy === "all" && introducer !== TRAILER) {
        throw broken(start, "it does not end with a trailer");
      }
      yield* endPicture(source, introducer, start, edits);
      return;
    }
  }
}

/** What begins no block ends the picture as the trailer does. */
function* endPicture(
  source: ByteCursor,
  introducer: number | undefined,
  start: number,
  edits: EditList,
): Walk<void> {
  const behind = source.position;
  yield* source.skip(Infinity);
  if (introducer === TRAILER) edits.drop(behind, source.position, "trailer");
  else if (introducer !== undefined) {
    edits.replace(start, source.position, Buffer.of(TRAILER), "trailer");
  }
}

/** Under `all`: drops an extension, or what it holds besides what is kept. */
function* stripExtension(source: ByteCursor, start: number, edits: EditList): Walk<void> {
  const label = (yield* source.take(1))[0];
  if (label === GRAPHIC_CONTROL) {
    const size = (yield* source.peek(1))[0];
    if (size !== undefined && size !== GRAPHIC_CONTROL_BYTES) {
      throw broken(start, `a graphic control has ${size} bytes, not ${GRAPHIC_CONTROL_BYTES}`);
    }
    yield* source.skip(1 + GRAPHIC_CONTROL_BYTES);
    yield* keepSubBlocks(source, edits, () => false);
    return;
  }
  if (label === PLAIN_TEXT) {
    yield* skipSubBlocks(source);
    return;
  }
  const head = (yield* source.peek(APPLICATION_BYTES)).toString("latin1");
  if (label === APPLICATION && head === COLOUR_PROFILE) {
    yield* skipSubBlocks(source);
    return;
  }
  if (label === APPLICATION && LOOPING.includes(head)) {
    yield* source.skip(APPLICATION_BYTES);
    let isFirst = true;
    yield* keepSubBlocks(source, edits, (length, number) => {
      const isKept = isFirst && length === LOOP_BLOCK.length && number === LOOP_BLOCK.number;
      isFirst &&= !isKept;
      return isKept;
    });
    return;
  }
  yield* skipSubBlocks(source);
  edits.drop(start, source.position, contentOf(label, head));
}

function contentOf(label: number | undefined, head: string): RemovedKind {
  if (label === COMMENT) return "comment";
  return label === APPLICATION && head === XMP ? "xmp" : "application-data";
}

/** Drops sub-blocks that are not kept, by their length and first byte; passes over their end. */
function* keepSubBlocks(
  source: ByteCursor,
  edits: EditList,
  isKept: (length: number, first: number | undefined) => boolean,
): Walk<void> {
  for (;;) {
    const start = source.position;
    const [length = 0, first] = yield* source.peek(2);
    yield* source.skip(1 + length);
    if (length === 0) return;
    if (!isKept(length, first)) edits.drop(start, source.position, "application-data");
  }
}

/** Under `location`: drops XMP that has places, or where they cannot be told. */
function* cleanExtension(source: ByteCursor, start: number, edits: EditList): Walk<void> {
  const label = (yield* source.take(1))[0];
  const head = (yield* source.peek(APPLICATION_BYTES)).toString("latin1");
  if (label !== APPLICATION || head !== XMP) {
    yield* skipSubBlocks(source);
    return;
  }
  yield* source.skip(APPLICATION_BYTES);
  // The packet does not stand in sub-blocks: its bytes are passed over as if they were lengths.
  const packet = yield* readSubBlocks(source);
  const isPlaceless = packet !== undefined && placelessXmp(packet) === packet;
  if (!isPlaceless) edits.drop(start, source.position, "xmp");
}

/** The packet that sub-blocks, with their lengths, begin with; undefined where they are too long. */
function* readSubBlocks(source: ByteCursor): Walk<Buffer | undefined> {
  const parts: Buffer[] = [];
  let size = 0;
  for (;;) {
    const length = (yield* source.peek(1))[0] ?? 0;
    if (length === 0) break;
    const part = yield* source.take(1 + length);
    size += part.length;
    if (size <= source.limits.maxTagBytes) parts.push(part);
  }
  yield* source.skip(1);
  if (size > source.limits.maxTagBytes) return undefined;
  source.charge(STEPS_PER_BYTE * size);
  const bytes = Buffer.concat(parts);
  return bytes.subarray(0, bytes.lastIndexOf(">") + 1);
}

function* skipSubBlocks(source: ByteCursor): Walk<void> {
  yield* source.hop(SUB_BLOCKS);
  yield* source.skip(1);
}

function broken(at: number, what: string): InspectionError {
  return new InspectionError(
    "invalid_media",
    `The GIF cannot be stripped: near byte ${at}, ${what}.`,
  );
}
