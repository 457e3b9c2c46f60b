import type { MediaKind } from "@repo/media-inspection";

import type { AudioCreate, ImageCreate } from "./media-create.js";
import type { AudioRead, ImageRead } from "./media-read.js";

/** The DTOs of each kind of file. */
interface Dtos {
  image: { create: ImageCreate; read: ImageRead };
  audio: { create: AudioCreate; read: AudioRead };
}

export type CreateOf<K extends MediaKind> = Dtos[K]["create"];
export type ReadOf<K extends MediaKind> = Dtos[K]["read"];
