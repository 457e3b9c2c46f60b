import { IsOptional } from "class-validator";

import { IsTranscript } from "./is-transcript.js";
import { MediaCreate } from "./media-create.js";

/** What the upload of an audio file takes. */
export class AudioCreate extends MediaCreate {
  /** Text to attach to the file: at most 1,000,000 characters, without NUL. */
  @IsOptional()
  @IsTranscript()
  readonly transcript?: string | null;
}
