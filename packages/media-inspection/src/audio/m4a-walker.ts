import { InspectionError } from "../errors.js";
import type { ByteCursor, Walk } from "../byte-cursor.js";
import type { AudioFacts } from "../media-facts.js";
import { mergeTags } from "../tags/tag-fields.js";
import { readExtension } from "../tags/xmp-box.js";
import { audioFacts } from "./audio-facts.js";
import { type Box, boxBody, walkBoxes } from "./m4a-boxes.js";
import { measureTrack } from "./m4a-duration.js";
import { FragmentReader } from "./m4a-fragments.js";
import { MovieReader } from "./m4a-movie.js";
import type { Track } from "./m4a-track.js";
import { soundTrack } from "./m4a-tracks.js";

const MAX_FTYP_BYTES = 64 * 1024;
/** Brands (mp4ra.org) of files that are surely no M4A, though they begin as one. */
const FOREIGN_BRANDS: ReadonlyMap<string, string> = new Map([
  ["crx ", "a Canon CR3 raw image"],
  ["jp2 ", "a JPEG 2000 image"],
  ["jpx ", "a JPEG 2000 image"],
  ["avif", "an AVIF image"],
  ["avis", "an AVIF image"],
  ["mif1", "an HEIF image"],
  ["msf1", "an HEIF image"],
  ...["heic", "heix", "heim", "heis", "hevc", "hevx", "hevm", "hevs"].map(
    (brand) => [brand, "an HEIC image"] as const,
  ),
]);

/** What a plan has to know of an M4A. */
export interface M4aObserver {
  /** Called behind the header of each box of the file; may read its body, but of `moov` and `moof`. */
  box(box: Box): Walk<void>;
  /** Called behind `moov`: all tracks in their order, and the one that plays. */
  tracks(all: readonly Track[], sound: Track): void;
}

/**
 * M4A: an ISO base media file (ISO/IEC 14496-12, -14) that holds sound and nothing to watch but
 * chapter titles and pictures. `moov` may stand before or behind the audio; fragments are summed.
 */
export function* walkM4a(source: ByteCursor, observer?: M4aObserver): Walk<AudioFacts> {
  const movie = new MovieReader(source);
  const fragments = new FragmentReader(source, movie.sampleDefaults);
  let movieEnd: number | undefined;
  let mediaBytes = 0;
  let typeBoxes = 0;

  function* readMovie(box: Box): Walk<void> {
    movieEnd = box.end;
    yield* movie.read(box);
    // Nothing behind a whole moov can make a refused track good: the verdict need not wait.
    if (source.position < box.end) return;
    const { track } = soundTrack(movie.tracks);
    observer?.tracks(movie.tracks, track);
  }

  function* countMedia(box: Box, start: number): Walk<void> {
    yield* source.skip(box.end - source.position);
    mediaBytes += source.position - start;
  }

  function* observe(box: Box, observing: M4aObserver): Walk<void> {
    const bodyAt = source.position;
    yield* observing.box(box);
    const body = read(box, bodyAt);
    if (body !== undefined) yield* body;
  }

  function read(box: Box, bodyAt: number): Walk<void> | undefined {
    if (box.type === "ftyp") {
      typeBoxes += 1;
      return refuseForeignBrand(source, box);
    }
    if (box.type === "moov" && movieEnd === undefined) return readMovie(box);
    if (box.type === "moof") return fragments.read(box);
    if (box.type === "uuid") return readExtension(source, box);
    return box.type === "mdat" ? countMedia(box, bodyAt) : undefined;
  }

  yield* walkBoxes(source, Infinity, (box) =>
    observer === undefined ? read(box, source.position) : observe(box, observer),
  );
  yield* source.skip(Infinity);

  if (movieEnd === undefined && typeBoxes === 0) {
    throw new InspectionError(
      "unsupported_media_type",
      `The file begins as an M4A without a type, but no moov box follows in its ${source.position} bytes.`,
    );
  }
  if (movieEnd === undefined || (Number.isFinite(movieEnd) && source.position < movieEnd)) {
    throw new InspectionError(
      "invalid_media",
      `The M4A ends after ${source.position} bytes ${movieEnd === undefined ? "without" : "inside"} its moov box, which describes the audio.`,
    );
  }
  const { track, entry } = soundTrack(movie.tracks);
  const measured = measureTrack(track, entry, fragments.tracks.get(track.id), {
    movieTimescale: movie.timescale,
    mediaBytes,
  });
  return audioFacts("m4a", {
    ...measured,
    sampleRate: entry.sampleRate,
    channels: entry.channels,
    codec: entry.codec,
    lossless: entry.lossless,
    tags: mergeTags([movie.tags, track.language === undefined ? {} : { language: track.language }]),
  });
}

function* refuseForeignBrand(source: ByteCursor, ftyp: Box): Walk<void> {
  const brand = (yield* boxBody(source, ftyp, MAX_FTYP_BYTES)).toString("latin1", 0, 4);
  const what = FOREIGN_BRANDS.get(brand);
  if (what !== undefined) {
    throw new InspectionError(
      "unsupported_media_type",
      `The file is ${what}; of its family only M4A is taken.`,
    );
  }
}
