import type { InspectionLimits } from "../limits.js";
import { InspectionError } from "../errors.js";
import { type ImageFacts, type ImageFormat, MEDIA_FORMATS } from "../media-facts.js";

/** A picture as its file stores it. */
export interface StoredImage {
  /** Pixels, before the orientation is applied. */
  width: number;
  /** Pixels, before the orientation is applied. */
  height: number;
  /** EXIF orientation, 1 to 8. */
  orientation: number;
  pages: number;
  hasAlpha: boolean;
  /** Where it may be false; true otherwise. */
  complete?: boolean;
}

/** Refuses a picture without a surface, and one whose decoding would exhaust memory. */
export function checkCanvas(
  format: ImageFormat,
  { width, height }: { width: number; height: number },
  limits: InspectionLimits,
): void {
  const name = format.toUpperCase();
  if (width === 0 || height === 0) {
    throw new InspectionError(
      "invalid_media",
      `The ${name} gives its size as ${width} × ${height} pixels; both must be at least 1.`,
    );
  }
  if (width * height > limits.maxPixels) {
    throw new InspectionError(
      "invalid_media",
      `The ${name} measures ${width} × ${height} pixels, more than the limit of ${limits.maxPixels} in all.`,
    );
  }
}

/** Refuses an animation as soon as it has more frames than the limit. */
export function checkPages(format: ImageFormat, pages: number, limits: InspectionLimits): void {
  if (pages > limits.maxPages) {
    throw new InspectionError(
      "invalid_media",
      `The ${format.toUpperCase()} has more than ${limits.maxPages} frames, the limit.`,
    );
  }
}

/** Turns the size to how the picture is displayed: orientations 5 to 8 swap the sides. */
export function imageFacts(format: ImageFormat, image: StoredImage): ImageFacts {
  const swapped = image.orientation >= 5;
  return {
    kind: "image",
    format,
    contentType: MEDIA_FORMATS[format].contentType,
    width: swapped ? image.height : image.width,
    height: swapped ? image.width : image.height,
    orientation: image.orientation,
    pages: image.pages,
    hasAlpha: image.hasAlpha,
    complete: image.complete ?? true,
  };
}
