import type { Sample } from "../sample.js";
import { bauhaus } from "../scenes/bauhaus.js";
import { jellyfish } from "../scenes/jellyfish.js";
import { orbits } from "../scenes/orbits.js";
import { seigaiha } from "../scenes/seigaiha.js";
import { encoded, imageSample, type ImageRecipe } from "./image-sample.js";
import { animated, drawn, drawnOpaque } from "./render.js";

const YEAR = 24;

const RECIPES: readonly ImageRecipe[] = [
  {
    name: "seigaiha-lossy.webp",
    description: "WebP, lossy",
    width: 1080,
    height: 720,
    encode: (size) => encoded(drawnOpaque(seigaiha(), size).webp({ quality: 80 })),
  },
  {
    name: "bauhaus-lossless.webp",
    description: "WebP, lossless",
    width: 640,
    height: 800,
    encode: (size) => encoded(drawnOpaque(bauhaus(), size).webp({ lossless: true })),
  },
  {
    name: "jellyfish-alpha.webp",
    description: "WebP, lossy with alpha, transparent ground",
    width: 520,
    height: 720,
    hasAlpha: true,
    encode: (size) => encoded(drawn(jellyfish(), size).webp({ quality: 82 })),
  },
  {
    name: "orbits-animated.webp",
    description: `WebP animation of ${YEAR} frames`,
    width: 400,
    height: 400,
    pages: YEAR,
    hasAlpha: true,
    encode: (size) =>
      encoded(
        animated(
          Array.from({ length: YEAR }, (_, index) => orbits(index / YEAR)),
          size,
        ).webp({ quality: 74, delay: Array<number>(YEAR).fill(80), loop: 0 }),
      ),
  },
];

export function webpSamples(): Promise<Sample[]> {
  return Promise.all(RECIPES.map((recipe) => imageSample("webp", recipe)));
}
