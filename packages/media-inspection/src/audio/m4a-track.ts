import type { Edit } from "./m4a-edits.js";
import { SampleLengths } from "./m4a-sample-lengths.js";

/** What the boxes of one track say (ISO/IEC 14496-12, 8.3 to 8.6, 8.8). */
export interface Track {
  id: number;
  /** `soun`, `vide`, `text` … */
  handler: string;
  /** Units per second of the media's own time. */
  timescale: number;
  /** Three letters of ISO 639-2; undefined where none is given. */
  language: string | undefined;
  sampleEntry: SampleEntry | undefined;
  /** Of the samples that `stts` lists. */
  lengths: SampleLengths;
  /** Samples that `stsz` gives a size to, and the sum of the sizes in bytes. */
  sizedSamples: number;
  sizedBytes: number;
  edits: Edit[];
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
    language: undefined,
    sampleEntry: undefined,
    lengths: new SampleLengths(),
    sizedSamples: 0,
    sizedBytes: 0,
    edits: [],
    chapterTracks: [],
  };
}
