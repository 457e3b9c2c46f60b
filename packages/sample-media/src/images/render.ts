import sharp, { type Sharp } from "sharp";

import type { Raster } from "../scenes/raster.js";
import { type PixelSize, type Scene, svgDocument } from "../scenes/scene.js";

/** The scene drawn at the given size, transparent where nothing is drawn. */
export function drawn(scene: Scene, size: PixelSize): Sharp {
  return sharp(svgDocument(scene, size));
}

/** The scene drawn at the given size, without an alpha channel. */
export function drawnOpaque(scene: Scene, size: PixelSize): Sharp {
  return drawn(scene, size).removeAlpha();
}

/** The computed pixels as an image. */
export function computed({ width, height, data }: Raster): Sharp {
  return sharp(data, { raw: { width, height, channels: 3 } });
}

/** The scenes as the frames of one animation, in order. */
export function animated(scenes: readonly Scene[], size: PixelSize): Sharp {
  const frames = scenes.map((scene) => svgDocument(scene, size));
  return sharp(frames, { join: { animated: true } }).removeAlpha();
}
