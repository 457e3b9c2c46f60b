import type { AudioModel } from "./audio.model.js";
import type { ImageModel } from "./image.model.js";

/** The model of each kind of file. */
export interface MediaModels {
  image: ImageModel;
  audio: AudioModel;
}
