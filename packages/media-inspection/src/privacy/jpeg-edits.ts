import type { ByteCursor, Walk } from "../byte-cursor.js";
import { InspectionError } from "../errors.js";
import { exifOrientation } from "../image/exif-orientation.js";
import {
  APP0,
  APP1,
  APP13,
  APP14,
  APP2,
  COM,
  EOI,
  isRestart,
  SOS,
  standsAlone,
} from "../image/jpeg-markers.js";
import { MAX_PROFILES } from "../image/jpeg-walker.js";
import type { Privacy, RemovedKind } from "./edit-plan.js";
import type { EditList } from "./edit-list.js";
import { cleanExif } from "./exif-profile.js";
import { iccBytes } from "./icc-bytes.js";
import { placelessIptc } from "./iptc-places.js";
import { isPictureSegment, isWholeSegment } from "./jpeg-segments.js";
import { placelessXmp } from "./xmp-places.js";

/** How segments begin that are known by it. */
const JFIF = "JFIF\0";
const THUMBNAIL = "JFXX\0";
const EXIF = "Exif\0";
const XMP = "http://ns.adobe.com/xap/1.0/\0";
const MORE_XMP = "http://ns.adobe.com/xmp/extension/\0";
const PHOTOSHOP = "Photoshop 3.0\0";
const ICC = "ICC_PROFILE\0";
/** Behind its name, the number of a part and how many there are. */
const ICC_HEAD_BYTES = ICC.length + 2;
const ADOBE = "Adobe";
/** Bytes that tell them apart. */
const HEAD_BYTES = MORE_XMP.length;
/** Marker and length. */
const HEADER_BYTES = 4;
/** Of JFIF's body without a thumbnail (ITU-T T.871, 10.1), and where the thumbnail's size stands. */
const JFIF_BYTES = 14;
const JFIF_SIZE_AT = 12;
/** Of the body of Adobe's segment (ITU-T T.872, 6.5.3), which says how colours are coded. */
const ADOBE_BYTES = 12;
/** Steps for a byte in which places are sought. */
const STEPS_PER_BYTE = 4;

interface Segment {
  marker: number;
  /** Offset of its marker. */
  start: number;
  /** Bytes behind its length. */
  length: number;
}

/** A picture as far as it was walked. */
interface Picture {
  scans: number;
  profiles: number;
  orientation: number | undefined;
  /** Bytes of the colour profile that are still to come; undefined before its first part. */
  colourBytes: number | undefined;
  /** Whether metadata that was cleaned stands behind a scan. */
  hasLateMetadata: boolean;
}

/**
 * Names what is removed from a JPEG. Under `all` only segments are left that decoders need, and nothing
 * between them or behind the end marker. Under `location` further pictures behind it, as in multi-picture
 * files, are cleaned too, but what else follows is dropped, since it may hold places.
 *
 * @throws InspectionError under `all` where decoders may disagree on what belongs to the picture
 */
export function* planJpeg(source: ByteCursor, edits: EditList, privacy: Privacy): Walk<void> {
  yield* planPicture(source, edits, privacy);
  let end = source.position;
  while (privacy === "location" && (yield* beginsPicture(source))) {
    yield* planPicture(source, edits, privacy);
    end = source.position;
  }
  yield* source.skip(Infinity);
  edits.drop(end, source.position, "trailer");
}

/** Whether a further picture follows, behind zeros perhaps. */
function* beginsPicture(source: ByteCursor): Walk<boolean> {
  yield* source.skipZeros(Infinity);
  return (yield* source.peek(2)).toString("latin1") === "\xff\xd8";
}

function* planPicture(source: ByteCursor, edits: EditList, privacy: Privacy): Walk<void> {
  const picture: Picture = {
    scans: 0,
    profiles: 0,
    orientation: undefined,
    colourBytes: undefined,
    hasLateMetadata: false,
  };
  const isStrict = privacy === "all";
  yield* source.skip(2);
  for (;;) {
    const from = source.position;
    const marker = yield* nextMarker(source);
    const start = source.position - 2;
    if (marker === undefined || marker === EOI) {
      const isEnded = marker === EOI && picture.scans > 0;
      // Where the end is missing, what was dropped may have been the data of a scan.
      if (!isEnded && (isStrict || picture.hasLateMetadata)) throw broken(source);
      if (isStrict) edits.drop(from, start, "application-data");
      return;
    }
    if (isStrict) {
      // Between segments decoders pass over bytes; behind a scan they may take them for its data.
      if (picture.scans > 0 && (marker < 0xc0 || standsAlone(marker))) throw broken(source);
      edits.drop(from, start, "application-data");
      if (standsAlone(marker)) edits.drop(start, start + 2, "application-data");
    }
    if (standsAlone(marker)) continue;

    const size = yield* source.take(2);
    const length = size.length < 2 ? -1 : size.readUInt16BE(0) - 2;
    if (length < 0) {
      if (isStrict && isPictureSegment(marker)) throw broken(source);
      if (isStrict) edits.drop(start, source.position, "application-data");
      continue;
    }
    const segment = { marker, start, length };
    if (isPictureSegment(marker)) {
      yield* passPictureSegment(source, segment, isStrict);
    } else if (isStrict) {
      yield* stripSegment(source, segment, picture, edits);
    } else {
      yield* cleanSegment(source, segment, picture, edits);
    }
    if (marker !== SOS) continue;
    picture.scans += 1;
    if (yield* skipScan(source, isStrict)) continue;
    // Without an end marker, the last bytes may be no data of the scan.
    if (isStrict) throw broken(source);
    return;
  }
}

function* nextMarker(source: ByteCursor): Walk<number | undefined> {
  yield* source.seek({ byte: 0xff }, 2, (window, at) => (window[at + 1] === 0 ? 1 : 0));
  return (yield* source.take(2))[1];
}

/** Passes over the data of a scan. False where the file ends in it. */
function skipScan(source: ByteCursor, isStrict: boolean): Walk<boolean> {
  return source.seek({ byte: 0xff }, 2, (window, at) => {
    const marker = window[at + 1] ?? 0;
    return marker === 0 || isRestart(marker) || (!isStrict && marker < 0xc0) ? 1 : 0;
  });
}

function* passPictureSegment(
  source: ByteCursor,
  { marker, length }: Segment,
  isStrict: boolean,
): Walk<void> {
  if (!isStrict) {
    yield* source.skip(length);
    return;
  }
  const body = yield* source.take(length);
  if (body.length < length || !isWholeSegment(marker, body)) throw broken(source);
}

/** Under `all`: drops a segment, or what it holds besides what is kept. */
function* stripSegment(
  source: ByteCursor,
  segment: Segment,
  picture: Picture,
  edits: EditList,
): Walk<void> {
  const { marker, start, length } = segment;
  const head = (yield* source.peek(Math.min(length, HEAD_BYTES))).toString("latin1");
  const isHeader = picture.scans === 0;
  if (marker === APP1 && head.startsWith(EXIF) && isHeader) {
    yield* cleanProfile(source, segment, picture, edits, "all");
    return;
  }
  if (isHeader && marker === APP2 && head.startsWith(ICC)) {
    yield* keepColours(source, segment, picture, edits);
    return;
  }
  if (isHeader && marker === APP0 && head.startsWith(JFIF) && length >= JFIF_BYTES) {
    const jfif = yield* source.take(JFIF_BYTES);
    const bare = Buffer.from(jfif).fill(0, JFIF_SIZE_AT);
    yield* source.skip(length - JFIF_BYTES);
    if (length > JFIF_BYTES || !bare.equals(jfif)) {
      edits.replace(start, source.position, segmentOf(APP0, bare), "thumbnail");
    }
    return;
  }
  if (isHeader && marker === APP14 && head.startsWith(ADOBE) && length >= ADOBE_BYTES) {
    const adobe = yield* source.take(ADOBE_BYTES);
    yield* source.skip(length - ADOBE_BYTES);
    if (length > ADOBE_BYTES) {
      edits.replace(start, source.position, segmentOf(APP14, adobe), "application-data");
    }
    return;
  }
  yield* source.skip(length);
  edits.drop(start, source.position, contentOf(marker, head));
}

/** Keeps a part of the colour profile, but not what follows its end. */
function* keepColours(
  source: ByteCursor,
  { start, length }: Segment,
  picture: Picture,
  edits: EditList,
): Walk<void> {
  const body = yield* source.take(length);
  const part = body.subarray(ICC_HEAD_BYTES);
  if (picture.colourBytes === undefined) {
    picture.colourBytes = body[ICC.length] === 1 ? iccBytes(part) : Infinity;
  }
  const kept = Math.min(part.length, picture.colourBytes);
  picture.colourBytes -= kept;
  if (kept === part.length) return;
  const own = segmentOf(APP2, body.subarray(0, ICC_HEAD_BYTES + kept));
  edits.replace(start, source.position, kept === 0 ? Buffer.alloc(0) : own, "application-data");
}

function contentOf(marker: number, head: string): RemovedKind {
  if (marker === COM) return "comment";
  if (marker === APP0 && head.startsWith(THUMBNAIL)) return "thumbnail";
  if (marker === APP13 && head.startsWith(PHOTOSHOP)) return "iptc";
  if (marker !== APP1) return "application-data";
  if (head.startsWith(EXIF)) return "exif";
  return head.startsWith(XMP) || head.startsWith(MORE_XMP) ? "xmp" : "application-data";
}

/** Under `location`: drops the places of a segment, or all of it where they cannot be told. */
function* cleanSegment(
  source: ByteCursor,
  segment: Segment,
  picture: Picture,
  edits: EditList,
): Walk<void> {
  const { marker, start, length } = segment;
  const head = (yield* source.peek(Math.min(length, HEAD_BYTES))).toString("latin1");
  const content = contentOf(marker, head);
  const isMetadata = content === "exif" || content === "xmp" || content === "iptc";
  picture.hasLateMetadata ||= isMetadata && picture.scans > 0;
  if (content === "exif") {
    yield* cleanProfile(source, segment, picture, edits, "location");
    return;
  }
  if (!isMetadata) {
    yield* source.skip(length);
    return;
  }
  const body = yield* source.take(length);
  source.charge(STEPS_PER_BYTE * body.length);
  // An extension of XMP is a part of a packet, cut anywhere.
  const xmp = head.startsWith(XMP) ? placelessXmp(body.subarray(XMP.length)) : undefined;
  const cleaned =
    content === "iptc" ? placelessIptc(body) : xmp && Buffer.concat([Buffer.from(XMP), xmp]);
  if (cleaned === undefined) edits.drop(start, source.position, content);
  else edits.change(start + HEADER_BYTES, body, cleaned, content);
}

/** Cleans an EXIF profile; the first that gives the orientation of the picture keeps it. */
function* cleanProfile(
  source: ByteCursor,
  { start, length }: Segment,
  picture: Picture,
  edits: EditList,
  privacy: Privacy,
): Walk<void> {
  const body = yield* source.take(length);
  const profile = body.subarray(EXIF.length + 1);
  let orientation: number | undefined;
  if (picture.scans === 0 && picture.orientation === undefined && picture.profiles < MAX_PROFILES) {
    orientation = exifOrientation(profile);
    picture.orientation = orientation;
    picture.profiles += 1;
  }
  source.charge(STEPS_PER_BYTE * body.length);
  const { bytes, removed } = cleanExif(profile, privacy, orientation ?? 1);
  if (bytes === profile) return;
  const prefix = Buffer.from(`${EXIF}\0`, "latin1");
  const before = Buffer.concat([
    Buffer.of(0xff, APP1, (length + 2) >>> 8, (length + 2) & 0xff),
    body,
  ]);
  const after =
    bytes.length === 0 ? Buffer.alloc(0) : segmentOf(APP1, Buffer.concat([prefix, bytes]));
  edits.change(start, before, after, ...removed);
}

function segmentOf(marker: number, body: Buffer): Buffer {
  const header = Buffer.of(0xff, marker, 0, 0);
  header.writeUInt16BE(body.length + 2, 2);
  return Buffer.concat([header, body]);
}

function broken(source: ByteCursor): InspectionError {
  return new InspectionError(
    "invalid_media",
    `The JPEG cannot be stripped: near byte ${source.position} it is not certain what belongs to its picture.`,
  );
}
