import type { MediaRecipe } from "./media-file.js";

const MB = 1_000_000;

/** One file of 100 MB for each way in which its metadata has to be found. */
export const LARGE_MEDIA: Readonly<Record<string, MediaRecipe>> = {
  "MP3 CBR": { format: "mp3", byteSize: 100 * MB },
  "MP3 VBR without Xing": {
    format: "mp3",
    byteSize: 100 * MB,
    options: { vbrWithoutHeader: true },
  },
  WAV: { format: "wav", byteSize: 100 * MB },
  FLAC: { format: "flac", byteSize: 100 * MB },
  "M4A, moov at the end": { format: "m4a", byteSize: 100 * MB, options: { moov: "end" } },
  PNG: { format: "png", byteSize: 100 * MB },
  JPEG: { format: "jpeg", byteSize: 100 * MB },
};
