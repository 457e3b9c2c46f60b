/** What the bytes of a file can be, decided by content alone. */
export type ImageFormat = "jpeg" | "png" | "webp" | "gif";
export type AudioFormat = "mp3" | "wav" | "flac" | "m4a";
export type MediaFormat = ImageFormat | AudioFormat;
export type MediaKind = "image" | "audio";

export type ImageContentType = "image/jpeg" | "image/png" | "image/webp" | "image/gif";
export type AudioContentType = "audio/mpeg" | "audio/wav" | "audio/flac" | "audio/mp4";

/**
 * Where a duration comes from: `measured` is counted from the audio that came, `header` is the
 * file's own claim after a check against the audio that came, `estimated` is derived from the
 * average rate that the file states.
 */
export type DurationSource = "measured" | "header" | "estimated";

export interface ImageFacts {
  kind: "image";
  format: ImageFormat;
  contentType: ImageContentType;
  /** Pixels, as displayed: after the orientation is applied. */
  width: number;
  /** Pixels, as displayed: after the orientation is applied. */
  height: number;
  /** EXIF orientation, 1 to 8; 1 where none is given or it is out of range. */
  orientation: number;
  /** Frames of an animation that came (GIF, WebP, APNG); 1 for a still image. */
  pages: number;
  /** Whether the file declares transparency; pixels are not looked at. */
  hasAlpha: boolean;
  /** False when a JPEG, PNG or GIF ends before its picture does: it was cut. A WebP that is cut is refused. */
  complete: boolean;
}

/** The picture embedded in an audio file; the first front cover, or else the first picture. */
export interface CoverFacts {
  /** As the file declares it, in lower case, such as `image/jpeg`; null where it declares none. */
  contentType: string | null;
  /** Bytes of the picture. */
  byteSize: number;
}

/** A chapter of an audio file. */
export interface Chapter {
  /** Seconds from the start of the audio. */
  startSeconds: number;
  title?: string;
}

/**
 * Descriptive tags. Texts have at most 1,000 characters (code points), are well-formed, on one line and
 * without control characters; what is missing or empty in the file is left out.
 */
export interface AudioTags {
  title?: string;
  artist?: string;
  album?: string;
  albumArtist?: string;
  composer?: string;
  genre?: string;
  comment?: string;
  /** As the file gives it, such as `eng` (ISO 639-2) or `en` (BCP 47). */
  language?: string;
  /** The year of release or recording, 1 to 9999. */
  year?: number;
  /** 1 or more; `trackTotal` and `discTotal` are how many there are. */
  trackNumber?: number;
  trackTotal?: number;
  discNumber?: number;
  discTotal?: number;
  cover?: CoverFacts;
  /** In the order of their start: at most 1,000, with 65,536 characters of titles in all. */
  chapters?: readonly Chapter[];
}

export interface AudioFacts {
  kind: "audio";
  format: AudioFormat;
  contentType: AudioContentType;
  /** Seconds, more than 0. An encoder's delay and padding count. */
  durationSeconds: number;
  durationSource: DurationSource;
  /** Average bits per second of the audio data, without tags, pictures and garbage. */
  bitrate: number;
  /** Hertz, as decoded: with the doubling of HE-AAC where the file declares it. */
  sampleRate: number;
  channels: number;
  /** As FFmpeg names it, such as `mp3`, `aac`, `alac`, `flac`, `pcm_s16le`. */
  codec: string;
  lossless: boolean;
  tags: AudioTags;
}

export type MediaFacts = ImageFacts | AudioFacts;

/** Per format: its kind, its content type and the extension of its key. */
export const MEDIA_FORMATS = {
  jpeg: { kind: "image", contentType: "image/jpeg", extension: "jpg" },
  png: { kind: "image", contentType: "image/png", extension: "png" },
  webp: { kind: "image", contentType: "image/webp", extension: "webp" },
  gif: { kind: "image", contentType: "image/gif", extension: "gif" },
  mp3: { kind: "audio", contentType: "audio/mpeg", extension: "mp3" },
  wav: { kind: "audio", contentType: "audio/wav", extension: "wav" },
  flac: { kind: "audio", contentType: "audio/flac", extension: "flac" },
  m4a: { kind: "audio", contentType: "audio/mp4", extension: "m4a" },
} as const satisfies Record<
  MediaFormat,
  { kind: MediaKind; contentType: ImageContentType | AudioContentType; extension: string }
>;
