import type { MediaFormat } from "../inspection/media-facts.js";

/** What browsers, systems and people call the formats, besides their content types. */
export const TYPE_NAMES: Readonly<
  Record<MediaFormat, { contentTypes: readonly string[]; extensions: readonly string[] }>
> = {
  jpeg: {
    contentTypes: ["image/jpg", "image/pjpeg"],
    extensions: ["jpg", "jpeg", "jpe", "jfif", "pjpeg", "mpo"],
  },
  png: { contentTypes: ["image/x-png", "image/apng"], extensions: ["png", "apng"] },
  webp: { contentTypes: [], extensions: ["webp"] },
  gif: { contentTypes: [], extensions: ["gif"] },
  mp3: { contentTypes: ["audio/mp3", "audio/x-mpeg"], extensions: ["mp3", "mpga"] },
  wav: {
    contentTypes: ["audio/wave", "audio/x-wav", "audio/vnd.wave"],
    extensions: ["wav", "wave", "bwf", "rf64", "bw64"],
  },
  flac: { contentTypes: ["audio/x-flac"], extensions: ["flac"] },
  m4a: {
    contentTypes: ["audio/m4a", "audio/x-m4a"],
    extensions: ["m4a", "m4b", "m4r", "mp4"],
  },
};
