import { MODELS } from "./models.js";
import { MediaRepo, type Reads } from "./media-repo.js";
import type { Tables } from "./tables.js";

/** Images. */
export class ImageRepo extends MediaRepo<"image"> {
  constructor(tables: Tables, reads: Reads = "primary") {
    super(tables, MODELS.image, "image", reads);
  }
}
