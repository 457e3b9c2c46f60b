import { IsOptional } from "class-validator";

import type { MediaBody } from "../upload/media-body.js";
import { IsMediaBody, IsText, IsTranscript } from "./rules.js";

/** What an upload of either kind takes. */
export abstract class MediaCreate {
  /**
   * The bytes. A stream is destroyed when the upload ends, also when it is refused; only an HTTP
   * request is left open, so that it can be answered. From the call on, an error of the stream fails
   * the upload and nothing else.
   */
  @IsMediaBody()
  readonly body!: MediaBody;

  /**
   * The name to offer at download. A hint: path parts and control characters are removed, and it
   * never decides the type. A `File` or a path brings its own.
   */
  @IsOptional()
  @IsText(65_536)
  readonly filename?: string;

  /**
   * The type that the client declared, such as the Content-Type of a form's part. It decides nothing;
   * the result tells where the content contradicts it. A `Blob` brings its own.
   */
  @IsOptional()
  @IsText(255)
  readonly contentType?: string;
}

/** What the upload of an image takes. */
export class ImageCreate extends MediaCreate {}

/** What the upload of an audio file takes. */
export class AudioCreate extends MediaCreate {
  /** Text to attach to the file: at most 1,000,000 characters, without NUL. */
  @IsOptional()
  @IsTranscript()
  readonly transcript?: string | null;
}
