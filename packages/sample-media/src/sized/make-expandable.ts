import type { SampleFormat } from "../sample.js";
import type { Expandable } from "./expandable.js";
import { expandableFlac } from "./expandable-flac.js";
import { expandableGif } from "./expandable-gif.js";
import { expandableJpeg } from "./expandable-jpeg.js";
import { expandableM4a } from "./expandable-m4a.js";
import { expandableMp3 } from "./expandable-mp3.js";
import { expandablePng } from "./expandable-png.js";
import { expandableWav } from "./expandable-wav.js";
import { expandableWebp } from "./expandable-webp.js";

/** What only some formats offer; the others ignore it. */
export interface SizedMediaOptions {
  /**
   * MP3: frames of two bitrates in turn without a Xing header, so that the duration is known only
   * to who scans every frame. Otherwise all frames have the same bitrate.
   */
  vbrWithoutHeader?: boolean;
  /** M4A: whether the movie box comes before the media data (the default) or behind it. */
  moov?: "start" | "end";
}

/** The least file of a variant, and how it grows. */
export function makeExpandable(
  format: SampleFormat,
  options: SizedMediaOptions,
): Promise<Expandable> {
  switch (format) {
    case "jpeg":
      return expandableJpeg();
    case "png":
      return expandablePng();
    case "webp":
      return expandableWebp();
    case "gif":
      return expandableGif();
    case "mp3":
      return expandableMp3(options.vbrWithoutHeader ?? false);
    case "wav":
      return expandableWav();
    case "flac":
      return expandableFlac();
    case "m4a":
      return expandableM4a(options.moov ?? "start");
  }
}
