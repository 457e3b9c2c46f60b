import { IsOptional } from "class-validator";

import type { MediaBody } from "../upload/media-body.js";
import { FileDetails, MAX_ALT_TEXT_CHARACTERS } from "./file-details.js";
import { IsMediaBody, IsStorableText, IsText } from "./rules.js";

export const MAX_TRANSCRIPT_CHARACTERS = 1_000_000;

/** What an upload of either kind takes. */
abstract class MediaCreate extends FileDetails {
  /**
   * The bytes. A stream is destroyed when the upload ends, also when it is refused; only an HTTP
   * request is left open, so that it can be answered. From the call on, an error of the stream fails
   * the upload and nothing else.
   */
  @IsMediaBody()
  readonly body!: MediaBody;

  /**
   * The type that the client declared, such as the Content-Type of a form's part. It decides nothing;
   * the result tells where the content contradicts it. A `Blob` brings its own.
   */
  @IsOptional()
  @IsText(255)
  readonly contentType?: string;
}

/** What the upload of an image takes. */
export class ImageCreate extends MediaCreate {
  /** As {@link ImageDetails.altText}. */
  @IsOptional()
  @IsStorableText(MAX_ALT_TEXT_CHARACTERS)
  readonly altText?: string | null;
}

/** What the upload of an audio file takes. */
export class AudioCreate extends MediaCreate {
  /** Text to attach to the file: at most 1,000,000 characters, without NUL. */
  @IsOptional()
  @IsStorableText(MAX_TRANSCRIPT_CHARACTERS)
  readonly transcript?: string | null;
}
