/** What a file is by content, whatever its name says. */
export type SampleFormat = "jpeg" | "png" | "webp" | "gif" | "mp3" | "wav" | "flac" | "m4a";

/** What an inspection of an image must find. */
export interface ImageExpectation {
  kind: "image";
  contentType: string;
  /** Pixels, as displayed: after the orientation is applied. */
  width: number;
  /** Pixels, as displayed: after the orientation is applied. */
  height: number;
  /** EXIF orientation, 1 to 8; 1 where the file gives none. */
  orientation: number;
  /** Frames of an animation; 1 for a still image. */
  pages: number;
  /**
   * Whether the file declares transparency. Animations do where a frame leaves out the pixels
   * that stay as they are, even when no pixel of the shown picture is transparent.
   */
  hasAlpha: boolean;
}

/** What an inspection of an audio file must find. */
export interface AudioExpectation {
  kind: "audio";
  contentType: string;
  /** Seconds of coded audio, the encoder's delay and padding included. */
  durationSeconds: number;
  /** Hertz. */
  sampleRate: number;
  channels: number;
  /** `mp3`, `aac`, `flac`, `pcm_s16le`, `pcm_s24le` or `pcm_f32le`. */
  codec: string;
  lossless: boolean;
  tags: { title?: string; artist?: string; album?: string };
}

/** A valid file and the truth about it. */
export interface Sample {
  /** File name with extension, unique among the valid samples. */
  name: string;
  description: string;
  format: SampleFormat;
  bytes: Uint8Array;
  expect: ImageExpectation | AudioExpectation;
}

/** A file that a store which checks content must refuse. */
export interface BrokenSample {
  /** File name with extension, unique among the broken samples; it may lie about the content. */
  name: string;
  description: string;
  bytes: Uint8Array;
  /**
   * The stable code of the refusal: `invalid_media` when the content begins as one of the eight
   * formats, `unsupported_media_type` when it begins as anything else.
   */
  code: "empty_file" | "unsupported_media_type" | "invalid_media";
}
