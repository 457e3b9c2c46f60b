import { MODELS } from "./models.js";
import { MediaRepo, type Reading } from "./media-repo.js";
import type { Tables } from "./tables.js";

/** Images. */
export class ImageRepo extends MediaRepo<"image"> {
  constructor(tables: Tables, reading: Reading = {}) {
    super(tables, MODELS.image, "image", reading);
  }
}
