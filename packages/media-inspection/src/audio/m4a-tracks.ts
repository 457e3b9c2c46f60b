import { InspectionError } from "../errors.js";
import { printable } from "./m4a-boxes.js";
import type { SampleEntry, Track } from "./m4a-track.js";

export interface SoundTrack {
  track: Track;
  entry: SampleEntry & { codec: string };
}

/**
 * The track that plays.
 *
 * @throws InspectionError when the file has something to watch, has no sound, or its
 *   sound is encrypted or coded in a way that is not known.
 */
export function soundTrack(tracks: readonly Track[]): SoundTrack {
  const chapters = new Set(tracks.flatMap((track) => track.chapterTracks));
  const video = tracks.find((track) => isVideo(track, chapters));
  if (video !== undefined) {
    throw new InspectionError(
      "unsupported_media_type",
      `The file is an MP4 with video (${printable(video.sampleEntry?.type ?? "")}), not an M4A.`,
    );
  }
  const sounds = tracks.filter(({ handler }) => handler === "soun");
  for (const track of sounds) {
    const entry = track.sampleEntry;
    if (entry?.codec === undefined) continue;
    // A sample entry cannot say more than 65,535 Hz; a sound's own time counts its samples.
    const sampleRate = entry.sampleRate || track.timescale;
    return { track, entry: { ...entry, sampleRate, codec: entry.codec } };
  }
  const codec = sounds.find(({ sampleEntry }) => sampleEntry)?.sampleEntry?.type;
  throw new InspectionError(
    "unsupported_media_type",
    codec === undefined
      ? "The file is an MP4 without an audio track, not an M4A."
      : `The M4A's audio is coded as ${printable(codec)}; AAC, ALAC, MP3, FLAC, Opus, AC-3 and E-AC-3 are known.`,
  );
}

/** Handlers of tracks that show something: video, and QuickTime's sprites, scenes and multiplexed MPEG. */
const SHOWING = ["vide", "auxv", "pict", "sprt", "qd3d", "MPEG"];

/** Still pictures are no video where they illustrate chapters, or where there is but one: a cover. */
function isVideo(track: Track, chapters: ReadonlySet<number>): boolean {
  if (!SHOWING.includes(track.handler) || track.sampleEntry === undefined) return false;
  const isIllustration = chapters.has(track.id) || track.sizedSamples === 1;
  return !(isIllustration && track.sampleEntry.isPicture);
}
