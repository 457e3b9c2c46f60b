import type { ImageModel } from "../models/image.model.js";
import type { IdempotencyRepo } from "../repo/idempotency-repo.js";
import type { MediaRepo } from "../repo/media-repo.js";
import type { StoredImageFacts } from "../repo/image-repo.js";
import { ImageCreate } from "./dto/image-create.js";
import type { ImageRead } from "./dto/image-read.js";
import { toImageRead } from "./dto/to-read.js";
import type { MediaKindOf } from "./media-kind.js";

export function imageKind(
  repo: MediaRepo<ImageModel, StoredImageFacts>,
  keys: IdempotencyRepo<ImageModel>,
): MediaKindOf<ImageModel, StoredImageFacts, ImageCreate, ImageRead> {
  return {
    kind: "image",
    accepted: "an image (JPEG, PNG, WebP or GIF)",
    createDto: ImageCreate,
    repo,
    keys,
    read: toImageRead,
    columns(facts, stored) {
      if (facts.kind !== "image") throw new TypeError(`image facts expected, got ${facts.kind}`);
      const { width, height, orientation, pages, hasAlpha } = facts;
      return { ...stored, width, height, orientation, pageCount: pages, hasAlpha };
    },
  };
}
