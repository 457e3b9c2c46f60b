import { MODELS } from "./models.js";
import { MediaRepo, type Reads } from "./media-repo.js";
import type { Tables } from "./tables.js";

/** Audio files. */
export class AudioRepo extends MediaRepo<"audio"> {
  constructor(tables: Tables, reads: Reads = "primary") {
    super(tables, MODELS.audio, "audio", reads);
  }
}
