import {
  type AudioFormat,
  type ImageFormat,
  MEDIA_FORMATS,
  type MediaKind,
} from "@repo/media-inspection";
import { ArrayNotEmpty, IsIn, IsInt, IsNumber, IsOptional, IsPositive, Min } from "class-validator";

function formatsOf(kind: MediaKind): string[] {
  return Object.entries(MEDIA_FORMATS).flatMap(([format, of]) => (of.kind === kind ? format : []));
}

/** What files of either kind are held to. A rule that is absent asks nothing. */
abstract class FileRules {
  /** Most bytes of a file, within the provider's `maxBytes`; more are `file_too_large`. */
  @IsOptional()
  @IsInt()
  @Min(1)
  readonly maxBytes?: number;
}

/** What an upload of an image is held to. Dimensions are as displayed. */
export class ImageRules extends FileRules {
  /** Formats that are accepted; another is `unsupported_media_type`. */
  @IsOptional()
  @ArrayNotEmpty()
  @IsIn(formatsOf("image"), { each: true })
  readonly formats?: readonly ImageFormat[];

  /** Pixels. */
  @IsOptional()
  @IsInt()
  @Min(1)
  readonly minWidth?: number;

  /** Pixels. */
  @IsOptional()
  @IsInt()
  @Min(1)
  readonly maxWidth?: number;

  /** Pixels. */
  @IsOptional()
  @IsInt()
  @Min(1)
  readonly minHeight?: number;

  /** Pixels. */
  @IsOptional()
  @IsInt()
  @Min(1)
  readonly maxHeight?: number;

  /** Width divided by height. */
  @IsOptional()
  @IsNumber()
  @IsPositive()
  readonly minAspectRatio?: number;

  /** Width divided by height. */
  @IsOptional()
  @IsNumber()
  @IsPositive()
  readonly maxAspectRatio?: number;

  /** Frames of an animation at most; 1 accepts still images only. */
  @IsOptional()
  @IsInt()
  @Min(1)
  readonly maxPages?: number;
}

/** What an upload of an audio file is held to. */
export class AudioRules extends FileRules {
  /** Formats that are accepted; another is `unsupported_media_type`. */
  @IsOptional()
  @ArrayNotEmpty()
  @IsIn(formatsOf("audio"), { each: true })
  readonly formats?: readonly AudioFormat[];

  /** Seconds, as `durationSeconds` of the file: every file has one, also where it was estimated. */
  @IsOptional()
  @IsNumber()
  @IsPositive()
  readonly minDurationSeconds?: number;

  /** Seconds, as `durationSeconds` of the file. */
  @IsOptional()
  @IsNumber()
  @IsPositive()
  readonly maxDurationSeconds?: number;
}
