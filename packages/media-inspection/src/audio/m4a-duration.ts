import { InspectionError } from "../errors.js";
import type { DurationSource } from "../media-facts.js";
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
/** An edit that cuts less only hides the encoder's delay, which no tool takes off a length. */
const MIN_CUT_SECONDS = 0.5;

/**
 * How long a track plays: its samples' lengths, cut by its edits. Claims are believed as far as
 * the samples that came can carry them.
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

  const units = track.timedDuration + (fragmented?.duration ?? 0);
  const claimed = track.timescale > 0 ? units / track.timescale : 0;
  const carried = entry.framesPerSample
    ? (samples * entry.framesPerSample) / entry.sampleRate
    : Infinity;
  const isBelievable = claimed > 0 && claimed <= 1.5 * carried + 1;
  const played = isBelievable ? claimed : carried;
  const edited = movieTimescale > 0 ? track.editedDuration / movieTimescale : 0;
  const isCut = edited > 0 && edited < played - MIN_CUT_SECONDS;
  const durationSeconds = isCut ? edited : played;
  return {
    durationSeconds: Number.isFinite(durationSeconds) ? durationSeconds : 0,
    durationSource: isBelievable ? "header" : "measured",
    audioBytes: bytes * (durationSeconds / played),
  };
}
