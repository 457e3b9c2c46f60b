import { MODELS } from "./models.js";
import { MediaRepo, type Reading } from "./media-repo.js";
import type { Tables } from "./tables.js";

/** Audio files. */
export class AudioRepo extends MediaRepo<"audio"> {
  constructor(tables: Tables, reading: Reading = {}) {
    super(tables, MODELS.audio, "audio", reading);
  }
}
