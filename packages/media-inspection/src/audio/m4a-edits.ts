/** An entry of an edit list (ISO/IEC 14496-12, 8.6.6). */
export interface Edit {
  /** In units of the movie's time; 0 where it reaches to the end of the media. */
  duration: number;
  /** Where in the media it begins, in units of the track's time; negative for silence. */
  mediaTime: number;
}

/** What is played, in seconds. */
export interface PlayedTime {
  media: number;
  silence: number;
}

/** What edits are applied to. */
export interface Playback {
  /** The media that there is, in seconds of the track's time. */
  span: { start: number; end: number };
  /** Units per second. */
  movieTimescale: number;
  timescale: number;
  /** Seconds of a sample whose encoder has a delay; 0 where it has none. */
  delayedSample: number;
}

/** Edits that change a length by less only hide an encoder's delay and padding, which count. */
const MIN_CHANGE_SECONDS = 0.1;
/** Edits may repeat the media so often and add so much silence besides; longer ones are not believed. */
const MAX_REPEATS = 10;
const MAX_SILENCE_SECONDS = 3600;
/** An encoder's delay at most. At low sample rates this is longer than `MIN_CHANGE_SECONDS`. */
const MAX_DELAY_SAMPLES = 3;

/**
 * Plays the edits, each as far as there is media for it; all of the media, once, where they play none
 * or far more than there is.
 */
export function playEdits(edits: readonly Edit[], playback: Playback): PlayedTime {
  const { span, movieTimescale, timescale } = playback;
  const length = span.end - span.start;
  const played = { media: 0, silence: 0 };
  for (const { duration, mediaTime } of edits) {
    const seconds = duration / movieTimescale;
    if (mediaTime < 0) {
      played.silence += seconds;
      continue;
    }
    const left = Math.max(0, span.end - Math.max(span.start, mediaTime / timescale));
    played.media += duration === 0 ? left : Math.min(left, seconds);
  }
  const cut = length - played.media - played.silence;
  const isWhole = Math.abs(cut) < MIN_CHANGE_SECONDS || hidesDelay(edits, cut, playback);
  const isTooLong = -cut > MAX_REPEATS * length + MAX_SILENCE_SECONDS;
  return played.media === 0 || isWhole || isTooLong ? { media: length, silence: 0 } : played;
}

/** Whether all that is cut is an encoder's delay at the start and less than a sample of padding. */
function hidesDelay(
  edits: readonly Edit[],
  cut: number,
  { timescale, delayedSample }: Playback,
): boolean {
  const [edit, ...others] = edits;
  if (edit === undefined || others.length > 0) return false;
  const delay = edit.mediaTime / timescale;
  return delay <= MAX_DELAY_SAMPLES * delayedSample && Math.abs(cut - delay) <= delayedSample;
}
