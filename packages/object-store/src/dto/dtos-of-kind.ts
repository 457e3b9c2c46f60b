import type { MediaKind } from "@repo/media-inspection";

import type { AudioDetails, ImageDetails } from "./file-details.js";
import type { AudioRules, ImageRules } from "./file-rules.js";
import type { AudioCreate, ImageCreate } from "./media-create.js";
import type { OwnerId } from "../owner-types.js";
import type { AudioRead, ImageRead } from "./media-read.js";

/** The DTOs of each kind of file. */
interface Dtos {
  image: {
    create: ImageCreate;
    details: ImageDetails;
    read: ImageRead<OwnerId>;
    rules: ImageRules;
  };
  audio: {
    create: AudioCreate;
    details: AudioDetails;
    read: AudioRead<OwnerId>;
    rules: AudioRules;
  };
}

export type CreateOf<K extends MediaKind> = Dtos[K]["create"];
export type DetailsOf<K extends MediaKind> = Dtos[K]["details"];
export type ReadOf<K extends MediaKind> = Dtos[K]["read"];
export type RulesOf<K extends MediaKind> = Dtos[K]["rules"];
