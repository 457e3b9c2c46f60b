import type { Connections } from "@repo/database";

import { MediaRepo, type Reads } from "./media-repo.js";
import { modelsFor } from "./models-for.js";

/** Images. */
export class ImageRepo extends MediaRepo<"image"> {
  constructor(connections: Connections, reads: Reads = "primary") {
    super(connections, modelsFor(connections.sequelize).image, "image", reads);
  }
}
