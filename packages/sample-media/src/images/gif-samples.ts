import sharp from "sharp";

import type { Sample } from "../sample.js";
import { butterfly } from "../scenes/butterfly.js";
import { pinwheel } from "../scenes/pinwheel.js";
import { retroSun } from "../scenes/retro-sun.js";
import { encoded, imageSample, type ImageRecipe } from "./image-sample.js";
import { animated, drawn, drawnOpaque } from "./render.js";

/** Frames of a half turn, after which the colours of the sails match again. */
const HALF_TURN = 16;

const RECIPES: readonly ImageRecipe[] = [
  {
    name: "retro-sun.gif",
    description: "GIF, still, opaque",
    width: 640,
    height: 480,
    encode: (size) => encoded(drawnOpaque(retroSun(), size).gif({ dither: 0.6 })),
  },
  {
    name: "pinwheel-animated.gif",
    description: `GIF animation of ${HALF_TURN} frames`,
    width: 280,
    height: 360,
    pages: HALF_TURN,
    hasAlpha: true,
    encode: (size) =>
      encoded(
        animated(
          Array.from({ length: HALF_TURN }, (_, index) => pinwheel(index / HALF_TURN / 2)),
          size,
        ).gif({ delay: Array<number>(HALF_TURN).fill(60), loop: 0, dither: 0 }),
      ),
  },
  {
    name: "butterfly-transparent.gif",
    description: "GIF with a transparent ground",
    width: 360,
    height: 300,
    hasAlpha: true,
    encode: (size) => encoded(drawn(butterfly(), size).gif({ dither: 0 })),
  },
  {
    name: "spacer-pixel.gif",
    description: "GIF of one transparent pixel",
    width: 1,
    height: 1,
    hasAlpha: true,
    encode: ({ width, height }) =>
      encoded(sharp({ create: { width, height, channels: 4, background: "#00000000" } }).gif()),
  },
];

export function gifSamples(): Promise<Sample[]> {
  return Promise.all(RECIPES.map((recipe) => imageSample("gif", recipe)));
}
