import type { ByteCursor, Walk } from "../byte-cursor.js";
import { readPlaceBox } from "../tags/user-data.js";
import { type Box, boxBody, boxHead, readTimescale, walkBoxes } from "./m4a-boxes.js";
import { soundSampleEntry } from "./m4a-sample-entry.js";
import {
  sumCompactSizes,
  readEdits,
  sumSizes,
  sumTimes,
  type TableReader,
} from "./m4a-sample-tables.js";
import { newTrack, type Track } from "./m4a-track.js";

const UNDETERMINED = "und";
const MAX_ENTRY_BYTES = 64 * 1024;
/** Real files refer to one or two tracks. */
const MAX_REFERENCE_BYTES = 256;
/** Each container with the one it stands in: nesting is as deep as this, whatever comes. */
const CONTAINERS: ReadonlyMap<string, string> = new Map([
  ["edts", "trak"],
  ["tref", "trak"],
  ["mdia", "trak"],
  ["minf", "mdia"],
  ["stbl", "minf"],
]);
const READERS: ReadonlyMap<string, TableReader> = new Map([
  ["tkhd", readTrackHeader],
  ["mdhd", readMediaHeader],
  ["hdlr", readHandler],
  ["chap", readChapters],
  ["stts", sumTimes],
  ["stsz", sumSizes],
  ["stz2", sumCompactSizes],
  ["elst", readEdits],
]);

/** Reads a `trak` box as it passes (ISO/IEC 14496-12, 8.3 to 8.7). */
export function* readTrack(source: ByteCursor, trak: Box): Walk<Track> {
  const track = newTrack();
  const walk = (container: Box): Walk<void> =>
    walkBoxes(source, container.end, (box) => {
      if (CONTAINERS.get(box.type) === container.type) return walk(box);
      if (box.type === "udta" && container.type === "trak") {
        return walkBoxes(source, box.end, (child) => readPlaceBox(source, child));
      }
      if (box.type === "stsd") return readSampleEntries(source, box, track);
      return READERS.get(box.type)?.(source, box, track);
    });
  yield* walk(trak);
  return track;
}

function* readTrackHeader(source: ByteCursor, box: Box, track: Track): Walk<void> {
  const version = (yield* source.peek(1))[0] ?? 0;
  const body = yield* boxHead(source, box, version === 1 ? 24 : 16);
  track.id = body.readUInt32BE(version === 1 ? 20 : 12);
}

function* readMediaHeader(source: ByteCursor, box: Box, track: Track): Walk<void> {
  const isLong = (yield* source.peek(1))[0] === 1;
  track.timescale = yield* readTimescale(source, box);
  const durationBytes = isLong ? 8 : 4;
  if (box.end - source.position < durationBytes + 2) return;
  yield* source.skip(durationBytes);
  const language = yield* source.take(2);
  if (language.length === 2) track.language = packedLanguage(language.readUInt16BE(0));
}

/** ISO/IEC 14496-12, 8.4.2.3: three letters of 5 bits. QuickTime's numbers are below all of these. */
function packedLanguage(packed: number): string | undefined {
  const letters = [packed >>> 10, packed >>> 5, packed].map((bits) => 0x60 + (bits & 0x1f));
  const language = String.fromCharCode(...letters);
  return /^[a-z]{3}$/.test(language) && language !== UNDETERMINED ? language : undefined;
}

/** QuickTime has a second handler, of data, in `minf`: the first counts. */
function* readHandler(source: ByteCursor, box: Box, track: Track): Walk<void> {
  const body = yield* boxHead(source, box, 12);
  track.handler ||= body.toString("latin1", 8, 12);
}

function* readChapters(source: ByteCursor, box: Box, track: Track): Walk<void> {
  if (track.chapterTracks.length > 0) return;
  const body = yield* boxBody(source, box, MAX_REFERENCE_BYTES);
  for (let at = 0; at + 4 <= body.length; at += 4) {
    track.chapterTracks.push(body.readUInt32BE(at));
  }
}

/** The first entry counts: nearly all tracks have one, and a change of codec is no length. */
function* readSampleEntries(source: ByteCursor, box: Box, track: Track): Walk<void> {
  const version = (yield* boxHead(source, box, 8)).readUInt8(0);
  function* readEntry(entry: Box): Walk<void> {
    const body = yield* boxBody(source, entry, MAX_ENTRY_BYTES);
    track.sampleEntry = soundSampleEntry(entry.type, body, version);
  }
  yield* walkBoxes(source, box.end, (entry) =>
    track.sampleEntry === undefined ? readEntry(entry) : undefined,
  );
}
