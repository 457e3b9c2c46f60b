import type {
  AudioContentType,
  AudioTags,
  DurationSource,
  ImageContentType,
  RemovedKind,
} from "@repo/media-inspection";
import { Expose } from "class-transformer";

import type { AudioModel } from "../models/audio.model.js";
import type { ImageModel } from "../models/image.model.js";
import type { MediaFileModel } from "../models/media-file.model.js";
import type { FileMetadata } from "../file-metadata.js";
import type { OwnerId } from "../owner-types.js";
import type { PrivacyLevel } from "../privacy.js";

/** A signed GET URL, on the pages of lists that were asked for with URLs. */
export class FileUrl {
  @Expose() readonly url?: string;
  /** When {@link url} stops working. */
  @Expose() readonly urlExpiresAt?: Date;
}

/** The facts of every stored file. The storage key is never among them. */
class MediaRead extends FileUrl {
  /** UUID version 7: sorts by creation. */
  @Expose() readonly id!: string;
  /** The sanitised name the file was uploaded under or renamed to, or null when none was given. */
  @Expose() readonly filename!: string | null;
  /** For people, as given, or null. */
  @Expose() readonly title!: string | null;
  /** Of the application; empty where it gave none. */
  @Expose() readonly metadata!: FileMetadata;
  @Expose() readonly byteSize!: number;
  /** SHA-256 of the bytes, 64 lower-case hexadecimal digits. */
  @Expose() readonly sha256!: string;
  /** With what level of privacy it was stored; `keep` removed nothing. */
  @Expose() readonly privacy!: PrivacyLevel;
  /**
   * What was removed from its bytes, such as `["exif", "gps"]`; empty where nothing was. {@link byteSize} and
   * {@link sha256} are of the bytes that are stored.
   */
  @Expose() readonly removed!: readonly RemovedKind[];
  @Expose() readonly createdAt!: Date;
  @Expose() readonly updatedAt!: Date;
  /** Of a file in the trash, until when `restore` gives it back; null for every other. */
  @Expose() readonly restorableUntil!: Date | null;
}

/** A stored image. */
// oxlint-disable-next-line typescript/no-unnecessary-type-parameters -- What an application gets.
export class ImageRead<Id extends OwnerId = string> extends MediaRead {
  /** The owner, or null for a system-wide file. */
  @Expose() readonly userId!: Id | null;
  @Expose() readonly kind!: "image";
  /** Decided by the content, never by name or declaration. */
  @Expose() readonly contentType!: ImageContentType;
  /** Pixels, as displayed: after the orientation is applied. */
  @Expose() readonly width!: number;
  /** Pixels, as displayed: after the orientation is applied. */
  @Expose() readonly height!: number;
  /** EXIF orientation, 1 to 8. */
  @Expose() readonly orientation!: number;
  /** Frames of an animation; 1 for a still image. */
  @Expose() readonly pages!: number;
  @Expose() readonly hasAlpha!: boolean;
  /** False when a JPEG, PNG or GIF ends before its picture does: it was cut. */
  @Expose() readonly complete!: boolean;
  /**
   * What a page can draw until the image is there: a ThumbHash in Base64, or null until the first variant
   * was made.
   *
   * @see https://evanw.github.io/thumbhash/
   */
  @Expose() readonly placeholder!: string | null;
  /** The text in the place of the image where it is not seen, or null where nobody described it. */
  @Expose() readonly altText!: string | null;
}

/** A stored audio file. */
// oxlint-disable-next-line typescript/no-unnecessary-type-parameters -- What an application gets.
export class AudioRead<Id extends OwnerId = string> extends MediaRead {
  /** The owner, or null for a system-wide file. */
  @Expose() readonly userId!: Id | null;
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

/** A stored file of either kind, with any type of owner. */
export type FileRead = ImageRead<OwnerId> | AudioRead<OwnerId>;

/*
 * The properties are named here one by one, and hence what leaves the module: class-transformer's
 * plainToInstance does the same at ten times the cost, which a page of 50 files would notice.
 */

export function toImageRead(row: ImageModel): ImageRead<OwnerId> {
  return Object.assign(new ImageRead<OwnerId>(), shared(row), {
    kind: "image",
    contentType: row.contentType,
    width: row.width,
    height: row.height,
    orientation: row.orientation,
    pages: row.pageCount,
    hasAlpha: row.hasAlpha,
    complete: row.complete,
    placeholder: row.placeholder?.toString("base64") ?? null,
    altText: row.altText,
  });
}

export function toAudioRead(row: AudioModel): AudioRead<OwnerId> {
  return Object.assign(new AudioRead<OwnerId>(), shared(row), {
    kind: "audio",
    contentType: row.contentType,
    durationSeconds: row.durationSeconds,
    durationSource: row.durationSource,
    bitrate: row.bitrate,
    sampleRate: row.sampleRate,
    channels: row.channels,
    codec: row.codec,
    lossless: row.lossless,
    tags: row.tags,
    transcript: row.transcript,
  });
}

/** Makes the DTO of a row of either kind. Checks in the database allow each kind its own content types only. */
export function toMediaRead(row: ImageModel | AudioModel): FileRead {
  return isImage(row) ? toImageRead(row) : toAudioRead(row);
}

function isImage(row: ImageModel | AudioModel): row is ImageModel {
  return row.contentType.startsWith("image/");
}

function shared(row: MediaFileModel): object {
  return {
    id: row.id,
    userId: row.userId,
    filename: row.originalFilename,
    title: row.title,
    metadata: row.metadata,
    byteSize: row.byteSize,
    sha256: row.sha256.toString("hex"),
    privacy: row.privacy,
    removed: row.removed,
    createdAt: row.createdAt,
    updatedAt: row.updatedAt,
    restorableUntil: row.restorableUntil,
  };
}
