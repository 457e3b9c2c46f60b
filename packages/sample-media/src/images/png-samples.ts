import sharp from "sharp";

import type { Sample } from "../sample.js";
import { azulejo } from "../scenes/azulejo.js";
import { mandala } from "../scenes/mandala.js";
import { silk } from "../scenes/silk.js";
import { snowflake } from "../scenes/snowflake.js";
import { stainedGlass } from "../scenes/stained-glass.js";
import { encoded, imageSample, type ImageRecipe } from "./image-sample.js";
import { computed, drawn, drawnOpaque } from "./render.js";

const RECIPES: readonly ImageRecipe[] = [
  {
    name: "mandala-alpha.png",
    description: "PNG, 8-bit RGBA, transparent ground",
    width: 640,
    height: 640,
    hasAlpha: true,
    encode: (size) => encoded(drawn(mandala(), size).png({ compressionLevel: 9 })),
  },
  {
    name: "azulejo-palette.png",
    description: "PNG with a palette of 16 colours",
    width: 600,
    height: 480,
    encode: (size) =>
      encoded(drawnOpaque(azulejo(), size).png({ palette: true, colours: 16, dither: 0 })),
  },
  {
    name: "silk-16-bit.png",
    description: "PNG, 16-bit RGB",
    width: 400,
    height: 280,
    encode: ({ width, height }) =>
      encoded(computed(silk(width, height)).toColourspace("rgb16").png({ compressionLevel: 9 })),
  },
  {
    name: "rose-window-interlaced.png",
    description: "PNG, 8-bit RGB, interlaced (Adam7)",
    width: 480,
    height: 480,
    encode: ({ width }) =>
      encoded(computed(stainedGlass(width)).png({ progressive: true, compressionLevel: 9 })),
  },
  {
    name: "snowflake-gray-alpha.png",
    description: "PNG, 8-bit grey with alpha",
    width: 520,
    height: 520,
    hasAlpha: true,
    encode: (size) =>
      encoded(drawn(snowflake(), size).toColourspace("b-w").png({ compressionLevel: 9 })),
  },
  {
    name: "coral-pixel.png",
    description: "PNG of one pixel",
    width: 1,
    height: 1,
    encode: ({ width, height }) =>
      encoded(
        sharp({ create: { width, height, channels: 3, background: "#ff7f50" } }).png({
          compressionLevel: 9,
        }),
      ),
  },
];

export function pngSamples(): Promise<Sample[]> {
  return Promise.all(RECIPES.map((recipe) => imageSample("png", recipe)));
}
