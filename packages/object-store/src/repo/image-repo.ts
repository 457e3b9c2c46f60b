import type { ImageModel } from "../models/image.model.js";
import { MediaRepo, type StoredFacts } from "./media-repo.js";

export interface StoredImageFacts extends StoredFacts {
  width: number;
  height: number;
  orientation: number;
  pageCount: number;
  hasAlpha: boolean;
}

/** The rows of images. */
export class ImageRepo extends MediaRepo<ImageModel, StoredImageFacts> {}
