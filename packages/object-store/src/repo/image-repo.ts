import type { Connections } from "@repo/database";

import type { ImageModel } from "../models/image.model.js";
import { MediaRepo, type Reads } from "./media-repo.js";
import { modelsFor } from "./models-for.js";

/** Its public methods, which the store in memory implements too. */
export type ImageRows = Pick<ImageRepo, keyof ImageRepo>;

/** Images. */
export class ImageRepo extends MediaRepo<ImageModel> {
  constructor(connections: Connections, reads: Reads = "primary") {
    super(connections, modelsFor(connections.sequelize).image, "image", reads);
  }
}
