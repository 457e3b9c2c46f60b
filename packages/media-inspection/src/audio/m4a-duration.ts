import { InspectionError } from "../errors.js";
import type { DurationSource } from "../media-facts.js";
import { type Edit, type Playback, type PlayedTime, playEdits } from "./m4a-edits.js";
import type { FragmentedSamples } from "./m4a-fragments.js";
import type { SampleEntry, Track } from "./m4a-track.js";

interface FileFacts {
  /** Units per second of the movie's time, in which edits are given. */
  movieTimescale: number;
  /** Bytes in `mdat` boxes that really came. */
  mediaBytes: number;
}

interface Measured {
  durationSeconds: number;
  durationSource: DurationSource;
  audioBytes: number;
}

/** The share of the listed bytes that must be there: writers are off by a few, cuts by many. */
const MIN_SHARE = 0.98;
/** Samples may be said to last so much longer than they can: not all writers know what they decode to. */
const SLACK = 1.5;

/**
 * How long a track plays: its samples and the pauses between them, cut, repeated and delayed by its
 * edits. Claims are believed as far as the samples that came can carry them.
 *
 * @throws InspectionError when the file lacks the samples that its tables list.
 */
export function measureTrack(
  track: Track,
  entry: SampleEntry,
  fragmented: FragmentedSamples | undefined,
  { movieTimescale, mediaBytes }: FileFacts,
): Measured {
  const samples = track.sizedSamples + (fragmented?.samples ?? 0);
  const bytes = track.sizedBytes + (fragmented?.bytes ?? 0);
  if (samples === 0)
    throw new InspectionError("invalid_media", "The M4A's audio track lists no samples.");
  if (mediaBytes < MIN_SHARE * bytes || mediaBytes < samples) {
    throw new InspectionError(
      "invalid_media",
      `The M4A lists ${samples} samples of ${bytes} bytes in all but holds only ${mediaBytes} bytes of media.`,
    );
  }

  const claimed = claimedSeconds(track, fragmented);
  const perSample = entry.framesPerSample ? entry.framesPerSample / entry.sampleRate : Infinity;
  const usual = usualSeconds(track, fragmented);
  const isBelievable =
    claimed > 0 && (claimed <= SLACK * samples * perSample + 1 || usual <= SLACK * perSample);
  const length = isBelievable ? claimed : samples * perSample;
  const played = playedTime(track, fragmented, length, {
    movieTimescale,
    timescale: track.timescale,
    // Lossless encoders have no delay.
    delayedSample: entry.lossless ? 0 : usual,
  });
  const durationSeconds = played.media + played.silence;
  return {
    durationSeconds: Number.isFinite(durationSeconds) ? durationSeconds : 0,
    durationSource: isBelievable ? "header" : "measured",
    audioBytes: bytes * (played.media / length),
  };
}

/** What the samples are said to last, with the pauses between them. */
function claimedSeconds(track: Track, fragmented: FragmentedSamples | undefined): number {
  const fragments = fragmented === undefined ? 0 : fragmented.lengths.sum + fragmented.pauses;
  return track.timescale > 0 ? (track.lengths.sum + fragments) / track.timescale : 0;
}

/** What most samples last. */
function usualSeconds(track: Track, fragmented: FragmentedSamples | undefined): number {
  return Math.max(track.lengths.usual, fragmented?.lengths.usual ?? 0) / track.timescale;
}

function playedTime(
  track: Track,
  fragmented: FragmentedSamples | undefined,
  length: number,
  rest: Omit<Playback, "span">,
): PlayedTime {
  if (rest.movieTimescale === 0 || rest.timescale === 0) return { media: length, silence: 0 };
  const isContinued = track.sizedSamples > 0 || fragmented === undefined;
  const start = isContinued ? 0 : fragmented.start / track.timescale;
  const edits = fragmented === undefined ? track.edits : withOpenEnd(track.edits);
  return playEdits(edits, { ...rest, span: { start, end: start + length } });
}

/** Edits are written before the fragments come: they cannot give the end of the media. */
function withOpenEnd(edits: readonly Edit[]): Edit[] {
  const last = edits.findLastIndex(({ mediaTime }) => mediaTime >= 0);
  return edits.map((edit, index) => (index === last ? { ...edit, duration: 0 } : edit));
}
