import type { MediaFormat } from "@repo/media-inspection";

/** What browsers, systems and people call the formats, besides their content types. */
export const TYPE_NAMES: Readonly<
  Record<MediaFormat, { contentTypes: readonly string[]; extensions: readonly string[] }>
> = {
  jpeg: {
    contentTypes: ["image/jpg", "image/pjpeg", "image/x-jpeg", "image/jfif", "image/pipeg"],
    extensions: ["jpg", "jpeg", "jpe", "jfif", "pjpeg", "mpo"],
  },
  png: {
    contentTypes: ["image/x-png", "image/apng", "image/vnd.mozilla.apng"],
    extensions: ["png", "apng"],
  },
  webp: { contentTypes: ["image/x-webp"], extensions: ["webp"] },
  gif: { contentTypes: ["image/x-gif"], extensions: ["gif"] },
  mp3: {
    contentTypes: [
      ...["audio/mp3", "audio/mpeg3", "audio/mpg", "audio/mpa", "audio/mpa-robust"],
      ...["audio/x-mp3", "audio/x-mpeg", "audio/x-mpeg-3", "audio/x-mpeg3", "audio/x-mpg"],
    ],
    extensions: ["mp3", "mpga"],
  },
  wav: {
    contentTypes: ["audio/wave", "audio/x-wav", "audio/x-pn-wav", "audio/vnd.wave"],
    extensions: ["wav", "wave", "bwf", "rf64", "bw64"],
  },
  flac: { contentTypes: ["audio/x-flac"], extensions: ["flac"] },
  m4a: {
    contentTypes: [
      ...["audio/m4a", "audio/x-m4a", "audio/x-m4b", "audio/x-m4p", "audio/x-m4r", "audio/mp4a"],
      ...["audio/mp4a-latm", "audio/aac", "audio/x-aac", "audio/aacp", "video/mp4"],
    ],
    extensions: ["m4a", "m4b", "m4r", "mp4"],
  },
};
