import { ImageCreate } from "../dto/media-create.js";
import { type ImageRead, toImageRead } from "../dto/media-read.js";
import type { ImageModel } from "../models/image.model.js";
import type { AudioRows } from "../repo/audio-repo.js";
import type { ImageRows } from "../repo/image-repo.js";
import type { MediaKindOf } from "./media-kind.js";

export function imageKind(
  repo: ImageRows,
  otherFiles: AudioRows,
): MediaKindOf<ImageModel, ImageCreate, ImageRead> {
  return {
    kind: "image",
    accepted: "an image (JPEG, PNG, WebP or GIF)",
    createDto: ImageCreate,
    repo,
    otherFiles,
    read: toImageRead,
    values(facts, stored) {
      if (facts.kind !== "image") throw new TypeError(`image facts expected, got ${facts.kind}`);
      const { width, height, orientation, pages, hasAlpha } = facts;
      return { ...stored, width, height, orientation, pageCount: pages, hasAlpha };
    },
  };
}
