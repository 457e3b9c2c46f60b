import { InspectionError } from "../../errors.js";
import type { RemovedKind } from "../edit-plan.js";
import { uint16be, uint32be } from "./byte-parts.js";
import { withoutRest } from "./m4a-fields.js";
import { soundEntries } from "./m4a-sample-entries.js";
import { box, boxesIn, findBox, type MemoryBox } from "./m4a-tree.js";

/** What is kept in each container; other boxes are dropped (ISO/IEC 14496-12, clause 8). */
const CONTAINERS: Readonly<Record<string, readonly string[]>> = {
  moov: ["mvhd", "trak", "mvex"],
  mvex: ["mehd", "trex"],
  trak: ["tkhd", "edts", "tref", "mdia"],
  edts: ["elst"],
  mdia: ["mdhd", "hdlr", "minf"],
  minf: ["smhd", "nmhd", "sthd", "gmhd", "hdlr", "dinf", "stbl"],
  gmhd: ["gmin", "text"],
  dinf: ["dref"],
  stbl: [
    ...["stsd", "stts", "ctts", "cslg", "stsc", "stsz", "stz2", "stco", "co64"],
    ...["stss", "sgpd", "sbgp"],
  ],
};
const REWRITERS: ReadonlyMap<string, (box: MemoryBox, rebuilding: Rebuilding) => Buffer> = new Map([
  ["mvhd", withoutTimes],
  ["tkhd", withoutTimes],
  ["mdhd", mediaHeader],
  ["hdlr", handler],
  ["tref", references],
  ["dref", dataReferences],
  ["stsd", sampleEntries],
]);
const TIMED = ["mvhd", "tkhd", "mdhd"];
const HANDLER_FIELDS = 12;
/** ISO/IEC 14496-12, 8.4.2.3: `und`, and the least number that stands for three letters. */
const UNDETERMINED = 0x55c4;
const FIRST_LANGUAGE = 0x421;
const SELF_CONTAINED = 1;
const XMP = Buffer.from("be7acfcb97a942e89c71999491e3afac", "hex");
const PLACES = ["\u00a9xyz", "loci"];
const PADDING = ["free", "skip", "wide"];

/** A track that stays. */
export interface KeptTrack {
  id: number;
  isSound: boolean;
}

interface Rebuilding {
  /** By the place of the track in the movie; undefined where it is dropped. */
  tracks: readonly (KeptTrack | undefined)[];
  track: KeptTrack | undefined;
  removed: Set<RemovedKind>;
}

/**
 * Writes a `moov` box, of which this is the body, with the boxes that a player needs, `tracks` and `userData`. What is dropped is named in
 * `removed`.
 *
 * @throws InspectionError (`invalid_media`) when its boxes do not fit into each other, or its samples are in another
 *   file
 */
export function rebuildMovie(
  moov: Buffer,
  userData: Buffer,
  tracks: readonly (KeptTrack | undefined)[],
  removed: Set<RemovedKind>,
): Buffer {
  const boxes = boxesIn(moov);
  const rebuilding: Rebuilding = { tracks, track: undefined, removed };
  let index = -1;
  const kept = boxes.flatMap((child) => {
    if (child.type === "udta") return [];
    if (child.type === "trak") index += 1;
    const track = child.type === "trak" ? tracks[index] : undefined;
    if (child.type !== "trak" || track !== undefined) {
      return rebuild(child, "moov", { ...rebuilding, track });
    }
    removed.add("application-data");
    return [];
  });
  const original = boxes.filter(({ type }) => type === "udta");
  if (!Buffer.concat(original.map(({ whole }) => whole)).equals(userData)) {
    for (const each of original) nameRemoved(each, removed);
  }
  return box("moov", ...kept, userData);
}

function rebuild(child: MemoryBox, parent: string, rebuilding: Rebuilding): Buffer[] {
  if (CONTAINERS[parent]?.includes(child.type) !== true) {
    nameRemoved(child, rebuilding.removed);
    return [];
  }
  if (CONTAINERS[child.type] !== undefined) {
    const { type } = child;
    return [box(type, ...boxesIn(child.body).flatMap((each) => rebuild(each, type, rebuilding)))];
  }
  const fields = withoutRest(child);
  const rewritten = REWRITERS.get(child.type)?.(fields, rebuilding) ?? fields.whole;
  const isNamed = fields === child && TIMED.includes(child.type);
  if (!isNamed && !rewritten.equals(child.whole)) rebuilding.removed.add("application-data");
  return [rewritten];
}

/** Names what a box holds that is dropped. */
export function nameRemoved(
  { type, body }: Omit<MemoryBox, "whole">,
  removed: Set<RemovedKind>,
): void {
  if (PADDING.includes(type)) {
    if (body.some((byte) => byte !== 0)) removed.add("application-data");
  } else if (type === "udta" || type === "meta") {
    if (body.length > 0) removed.add("tags");
    if (PLACES.some((place) => body.includes(place, 0, "latin1"))) removed.add("gps");
  } else {
    const isXmp = type === "XMP_" || (type === "uuid" && body.subarray(0, 16).equals(XMP));
    removed.add(isXmp ? "xmp" : "application-data");
  }
}

/** Sets the times of creation and change to 0, which `mvhd`, `tkhd` and `mdhd` begin with. */
function withoutTimes({ type, whole, body }: MemoryBox, { removed }: Rebuilding): Buffer {
  const end = body[0] === 1 ? 20 : 12;
  const times = body.subarray(4, end);
  if (times.every((byte) => byte === 0)) return whole;
  removed.add("timestamp");
  return box(type, body.subarray(0, 4), Buffer.alloc(times.length), body.subarray(end));
}

function mediaHeader(header: MemoryBox, rebuilding: Rebuilding): Buffer {
  const whole = withoutTimes(header, rebuilding);
  const at = header.body[0] === 1 ? 32 : 20;
  const body = boxesIn(whole)[0]?.body;
  const language = body !== undefined && body.length >= at + 2 ? body.readUInt16BE(at) : 0;
  if (body === undefined || language < FIRST_LANGUAGE || language === UNDETERMINED) return whole;
  rebuilding.removed.add("tags");
  return box("mdhd", body.subarray(0, at), uint16be(UNDETERMINED), body.subarray(at + 2));
}

/** Without the maker and the name. */
function handler({ body }: MemoryBox): Buffer {
  return box("hdlr", body.subarray(0, HANDLER_FIELDS), Buffer.alloc(HANDLER_FIELDS + 1));
}

/** References to tracks of chapters that stay. */
function references({ body }: MemoryBox, { tracks }: Rebuilding): Buffer {
  const ids = new Set(tracks.flatMap((track) => (track === undefined ? [] : [track.id])));
  const chapters = findBox(boxesIn(body), "chap");
  const kept: Buffer[] = [];
  for (let at = 0; chapters !== undefined && at + 4 <= chapters.body.length; at += 4) {
    const id = chapters.body.readUInt32BE(at);
    if (ids.has(id)) kept.push(uint32be(id));
  }
  return kept.length === 0 ? Buffer.alloc(0) : box("tref", box("chap", ...kept));
}

/** ISO/IEC 14496-12, 8.7.2: where the samples are; in this file, or else it is refused. */
function dataReferences({ body }: MemoryBox): Buffer {
  const entries = boxesIn(body.subarray(8)).map((entry) => {
    const flags = entry.body.length < 4 ? 0 : entry.body.readUInt32BE(0);
    if ((flags & SELF_CONTAINED) !== 0) return box(entry.type, entry.body.subarray(0, 4));
    throw new InspectionError("invalid_media", "The M4A refers to samples in another file.");
  });
  return box("dref", body.subarray(0, 8), ...entries);
}

function sampleEntries(entries: MemoryBox, { track }: Rebuilding): Buffer {
  return track?.isSound === true ? soundEntries(entries) : entries.whole;
}

/** The boxes of the `stbl` of each track, in the body of a `moov` box. */
export function sampleTables(moov: Buffer): MemoryBox[][] {
  const below = (boxes: readonly MemoryBox[], type: string): MemoryBox[] =>
    boxes.filter((each) => each.type === type).flatMap(({ body }) => boxesIn(body));
  return boxesIn(moov)
    .filter(({ type }) => type === "trak")
    .map((trak) => below(below(below(boxesIn(trak.body), "mdia"), "minf"), "stbl"));
}

/** By the id of a track: the bytes of a sample in a fragment that says nothing itself. */
export function defaultSampleBytes(moov: Buffer): ReadonlyMap<number, number> {
  const extensions = boxesIn(moov).filter(({ type }) => type === "mvex");
  const defaults = extensions
    .flatMap(({ body }) => boxesIn(body))
    .filter(({ type, body }) => type === "trex" && body.length >= 20);
  return new Map(defaults.map(({ body }) => [body.readUInt32BE(4), body.readUInt32BE(16)]));
}
