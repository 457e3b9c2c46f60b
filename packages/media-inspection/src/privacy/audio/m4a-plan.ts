import type { Box } from "../../audio/m4a-boxes.js";
import type { Track } from "../../audio/m4a-track.js";
import { walkM4a } from "../../audio/m4a-walker.js";
import type { ByteCursor, Walk } from "../../byte-cursor.js";
import { mergeRichest } from "../../tags/tag-fields.js";
import type { EditPlan, RemovedKind } from "../edit-plan.js";
import type { AudioPlanOptions } from "./audio-plan-options.js";
import { uint32be, uint64be } from "./byte-parts.js";
import { EditList, type Range } from "../edit-list.js";
import { keptTags } from "./kept-tags.js";
import { knownBrands } from "./m4a-brands.js";
import { M4aFragments } from "./m4a-fragment-plan.js";
import {
  defaultSampleBytes,
  type KeptTrack,
  nameRemoved,
  rebuildMovie,
  sampleTables,
} from "./m4a-movie-plan.js";
import { mergedRanges, moveChunks, sampleRanges, unclear } from "./m4a-samples.js";
import { boxesIn } from "./m4a-tree.js";
import { keepGapless, userData } from "./m4a-user-data.js";

/** With the sizes of the samples of a day, and a cover. */
const MAX_MOVIE_BYTES = 32 * 1024 * 1024;
/** Handlers of tracks that hold the titles of chapters. */
const TITLE_HANDLERS = ["text", "sbtl"];
/** How far into a box is looked to name what it holds. */
const NAMED_BYTES = 64 * 1024;
/** Before these no offset may change: fragments, and the index of them. */
const FRAGMENTED = ["moof", "sidx"];

/** A longer list of them is refused. */
const MAX_BRANDS_BYTES = 64 * 1024;

const PADDING = ["free", "skip", "wide"];
const CHUNK_TABLES = ["stco", "co64"];
const BOX_HEADER_BYTES = 8;

/** A box of the file. */
interface FileBox {
  type: string;
  start: number;
  bodyAt: number;
  /** `Infinity` where it reaches to the end of the file. */
  end: number;
}

/** The first `moov` box. */
interface Movie extends FileBox {
  body: Buffer;
  tracks: readonly (KeptTrack | undefined)[];
}

/**
 * Keeps the playing track of an M4A and its chapters: its samples, and of `moov` what players need. What is
 * dropped leaves no gap, and the offsets of the samples are written anew; from the first fragment on, bytes
 * are overwritten instead, since fragments refer to each other by distance.
 *
 * @throws InspectionError (`invalid_media`) as an inspection does, and when the tables do not say where all
 *   samples are
 */
export function* planM4a(
  source: ByteCursor,
  { leading, stripPicture, content }: AudioPlanOptions,
): Walk<EditPlan> {
  const start = source.position;
  const boxes: FileBox[] = [];
  const brands: { at: number; body: Buffer }[] = [];
  const removed = new Set<RemovedKind>();
  let movie: Movie | undefined;
  let samples: readonly Range[] = [];
  let fragments: M4aFragments | undefined;
  let end = start;

  const facts = yield* walkM4a(source, {
    *box(box) {
      end = box.end;
      if (fragments === undefined && FRAGMENTED.includes(box.type)) {
        if (movie === undefined) throw unclear(box.type);
        samples = yield* samplesOf(source, movie);
        fragments = new M4aFragments(source, {
          listed: samples,
          kept: new Set(movie.tracks.flatMap((track) => track?.id ?? [])),
          sampleBytes: defaultSampleBytes(movie.body),
        });
      }
      if (fragments !== undefined) {
        yield* fragments.pass(box);
        return;
      }
      const found = { type: box.type, start: box.start, bodyAt: source.position, end: box.end };
      boxes.push(found);
      if (box.type === "ftyp") {
        const body = yield* source.copy(Math.min(MAX_BRANDS_BYTES, box.end - source.position));
        brands.push({ at: source.position, body });
      }
      if (box.type === "moov" && movie === undefined) {
        movie = { ...found, body: yield* movieBody(source, box), tracks: [] };
      } else if (!isKept(found, movie)) {
        const size = Math.min(NAMED_BYTES, box.end - source.position);
        nameRemoved({ type: box.type, body: yield* source.peek(size) }, removed);
      }
    },
    tracks: (all, sound) => {
      if (movie !== undefined) movie.tracks = all.map((track) => keptTrack(track, sound));
    },
  });
  const fileEnd = source.position;
  if (movie === undefined) throw unclear("moov");
  if (fragments === undefined) samples = yield* samplesOf(source, movie);

  keepGapless(boxesIn(movie.body), content);
  const tags = yield* keptTags(
    source,
    { ...facts, tags: mergeRichest([facts.tags, leading.tags]) },
    content,
    stripPicture,
  );
  const rebuilt = rebuildMovie(movie.body, userData(tags), movie.tracks, removed);

  const media = boxes.filter(({ type }) => type === "mdat");
  const isHeld = ([from, to]: Range) =>
    media.some((each) => each.bodyAt <= from && Math.min(to, fileEnd) <= each.end);
  if (!(fragments?.missing ?? samples).every(isHeld)) throw unclear("mdat");

  const edits = new EditList();
  edits.drop(0, start, "tags");
  for (const box of boxes) {
    if (box.type === "mdat") dropBetweenSamples(edits, box, samples, fileEnd);
    else if (box.start !== movie.start && !isKept(box, movie)) {
      edits.drop(box.start, Math.min(box.end, fileEnd));
    }
  }
  for (const { at, body } of brands) edits.change(at, body, knownBrands(body), "application-data");
  const isSame = movie.end - movie.start === rebuilt.length && movie.body.equals(bodyOf(rebuilt));
  if (!isSame || edits.size > 0) {
    edits.replace(movie.start, Math.min(movie.end, fileEnd), rebuilt);
    const moved = edits.mover();
    for (const tables of sampleTables(bodyOf(rebuilt))) {
      for (const table of tables) if (CHUNK_TABLES.includes(table.type)) moveChunks(table, moved);
    }
  }
  fragments?.addTo(edits, edits.mover()(fileEnd) - fileEnd);
  edits.drop(Math.min(end, fileEnd), fileEnd, "trailer");
  edits.name(removed);
  return edits.plan();
}

/** Drops what belongs to no sample of the media, or all of its box where none is in it. */
function dropBetweenSamples(
  edits: EditList,
  { start, bodyAt, end }: FileBox,
  samples: readonly Range[],
  fileEnd: number,
): void {
  const mediaEnd = Math.min(end, fileEnd);
  const here = samples.filter(([from]) => from >= bodyAt && from < mediaEnd);
  if (here.length === 0) {
    if (mediaEnd > bodyAt) edits.drop(start, mediaEnd, "application-data");
    return;
  }
  const kept = here.map(([from, to]): Range => [from, Math.min(to, mediaEnd)]);
  const around: Range[] = [[bodyAt, bodyAt], ...kept, [mediaEnd, mediaEnd]];
  const dropped = mediaEnd - bodyAt - kept.reduce((sum, [from, to]) => sum + to - from, 0);
  if (dropped === 0) return;
  const size = end - start - dropped;
  if (Number.isFinite(end)) {
    const isLarge = bodyAt - start > BOX_HEADER_BYTES;
    if (isLarge) edits.replace(start + BOX_HEADER_BYTES, bodyAt, uint64be(size));
    else edits.replace(start, start + 4, uint32be(size));
  }
  edits.dropBetween(around, "application-data");
}

/** The body of a box that we wrote. */
function bodyOf(box: Buffer): Buffer {
  return box.subarray(BOX_HEADER_BYTES);
}

/** What of a box stays where everything is dropped that can be. */
function isKept({ type, bodyAt, end }: FileBox, movie: Movie | undefined): boolean {
  if (type === "moov") return movie === undefined;
  return type === "ftyp" || type === "mdat" || (PADDING.includes(type) && end === bodyAt);
}

function keptTrack(track: Track, sound: Track): KeptTrack | undefined {
  if (track === sound) return { id: track.id, isSound: true };
  const isTitles = TITLE_HANDLERS.includes(track.handler) && sound.chapterTracks.includes(track.id);
  return isTitles ? { id: track.id, isSound: false } : undefined;
}

function* movieBody(source: ByteCursor, { end }: Box): Walk<Buffer> {
  const size = end - source.position;
  const body = yield* source.copy(Math.min(size, MAX_MOVIE_BYTES));
  if (Number.isFinite(size) && body.length < size) throw unclear("moov");
  return body;
}

/** Where the samples are that the movie lists, of the tracks that stay. */
function* samplesOf(source: ByteCursor, { body, tracks }: Movie): Walk<Range[]> {
  const ranges: Range[] = [];
  for (const [index, tables] of sampleTables(body).entries()) {
    if (tracks[index] === undefined) continue;
    for (const range of yield* sampleRanges(source, tables)) ranges.push(range);
  }
  return mergedRanges(ranges);
}
