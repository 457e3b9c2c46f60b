/** What the boxes of one track say (ISO/IEC 14496-12, 8.3 to 8.6, 8.8). */
export interface Track {
  id: number;
  /** `soun`, `vide`, `text` … */
  handler: string;
  /** Units per second of the media's own time. */
  timescale: number;
  sampleEntry: SampleEntry | undefined;
  /** Samples that `stts` gives a length to, and the sum of the lengths. */
  timedSamples: number;
  timedDuration: number;
  /** Samples that `stsz` gives a size to, and the sum of the sizes in bytes. */
  sizedSamples: number;
  sizedBytes: number;
  /** Sum of the edits that show media, in units of the movie's time; 0 where there are none. */
  editedDuration: number;
  /** Tracks that hold this track's chapters. */
  chapterTracks: number[];
}

/** How the samples of a track are coded; the fields of sound are 0 for others. */
export interface SampleEntry {
  type: string;
  channels: number;
  sampleRate: number;
  codec: string | undefined;
  /** Whether each sample is a still picture. */
  isPicture: boolean;
  lossless: boolean;
  /** Sample frames that one sample decodes to at most, at `sampleRate`; 0 where unknown. */
  framesPerSample: number;
}

export function newTrack(): Track {
  return {
    id: 0,
    handler: "",
    timescale: 0,
    sampleEntry: undefined,
    timedSamples: 0,
    timedDuration: 0,
    sizedSamples: 0,
    sizedBytes: 0,
    editedDuration: 0,
    chapterTracks: [],
  };
}
