import { Expose } from "class-transformer";

import type { ImageContentType } from "@repo/media-inspection";
import { MediaRead } from "./media-read.js";

/** A stored image. */
export class ImageRead extends MediaRead {
  @Expose() readonly kind!: "image";
  /** Decided by the content, never by name or declaration. */
  @Expose() readonly contentType!: ImageContentType;
  /** Pixels, as displayed: after the orientation is applied. */
  @Expose() readonly width!: number;
  /** Pixels, as displayed: after the orientation is applied. */
  @Expose() readonly height!: number;
  /** EXIF orientation, 1 to 8. */
  @Expose() readonly orientation!: number;
  /** Frames of an animation; 1 for a still image. */
  @Expose() readonly pages!: number;
  @Expose() readonly hasAlpha!: boolean;
}
