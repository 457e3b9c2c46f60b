import { Expose } from "class-transformer";

import type { AudioContentType, AudioTags, DurationSource } from "@repo/media-inspection";
import { MediaRead } from "./media-read.js";

/** A stored audio file. */
export class AudioRead extends MediaRead {
  @Expose() readonly kind!: "audio";
  /** Decided by the content, never by name or declaration. */
  @Expose() readonly contentType!: AudioContentType;
  /** Seconds. */
  @Expose() readonly durationSeconds!: number;
  /** Whether the duration was measured from the data, read from a header or estimated. */
  @Expose() readonly durationSource!: DurationSource;
  /** Average bits per second of the audio data. */
  @Expose() readonly bitrate!: number;
  /** Hertz. */
  @Expose() readonly sampleRate!: number;
  @Expose() readonly channels!: number;
  /** Such as `mp3`, `aac`, `alac`, `flac`, `pcm_s16le`. */
  @Expose() readonly codec!: string;
  @Expose() readonly lossless!: boolean;
  @Expose() readonly tags!: AudioTags;
  /** The text attached to the file, or null. */
  @Expose() readonly transcript!: string | null;
}
