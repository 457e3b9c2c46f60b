import { createCipheriv } from "node:crypto";
import { existsSync } from "node:fs";
import { fileURLToPath } from "node:url";

import { validSamples } from "@repo/sample-media";
import sharp from "sharp";

import { keptFile, type MediaFile } from "./media-file.js";

/** Pixels. */
const WIDTH = 2016;
const HEIGHT = 1512;

/** A real photograph of 6 MP, of the media files beside the repository that tests use where they are. */
const REAL = fileURLToPath(
  new URL(
    "../../../../../shared/corpus/valid/jpeg/sharp__2569067123_aca715a2ee_o.jpg",
    import.meta.url,
  ),
);

/** Of the noise of each octave, from one pixel to 32: lenses blur the finest ones. */
const CONTRASTS = [0.07, 0.14, 0.2, 0.2, 0.2, 0.2];

/** A photograph of 3 MP as a JPEG of a camera's quality; where there is no real one, a landscape like it. */
export function photograph3(): Promise<MediaFile> {
  return keptFile(`${origin()}-3.jpeg`, async () =>
    sharp(await picture())
      .jpeg({ quality: 92 })
      .toBuffer(),
  );
}

/** The same of 12 MP, with as much detail in each pixel: its four mirror images. */
export function photograph12(): Promise<MediaFile> {
  return keptFile(`${origin()}-12.jpeg`, async () => {
    const upright = await picture();
    const input = [upright, await sharp(upright).flop().toBuffer()];
    const [left, right] = input;
    const below = await Promise.all(input.map((each) => sharp(each).flip().toBuffer()));
    const background = "black";
    return sharp({ create: { width: 2 * WIDTH, height: 2 * HEIGHT, channels: 3, background } })
      .composite([
        { input: left, left: 0, top: 0 },
        { input: right, left: WIDTH, top: 0 },
        { input: below[0], left: 0, top: HEIGHT },
        { input: below[1], left: WIDTH, top: HEIGHT },
      ])
      .jpeg({ quality: 92 })
      .toBuffer();
  });
}

function origin(): "photograph" | "landscape" {
  return existsSync(REAL) ? "photograph" : "landscape";
}

/** As PNG. */
async function picture(): Promise<Buffer> {
  if (origin() === "landscape") return landscape();
  return sharp(REAL).resize(WIDTH, HEIGHT).png().toBuffer();
}

/** A drawn scene with noise of every size, as photographs have detail at every scale. */
async function landscape(): Promise<Buffer> {
  const scene = (await validSamples()).find(({ name }) => name === "alpine-dawn.jpg");
  if (scene === undefined) throw new Error("there is no sample alpine-dawn.jpg");
  const octaves = await Promise.all(CONTRASTS.map((contrast, at) => noise(2 ** at, contrast)));
  return sharp(scene.bytes)
    .resize(WIDTH, HEIGHT)
    .composite(octaves.map((input) => ({ input, blend: "soft-light" })))
    .png()
    .toBuffer();
}

/** Grains of so many pixels; the same on every machine. */
async function noise(grain: number, contrast: number): Promise<Buffer> {
  const [width, height] = [Math.ceil(WIDTH / grain), Math.ceil(HEIGHT / grain)];
  const cipher = createCipheriv("aes-128-ctr", Buffer.alloc(16, grain), Buffer.alloc(16));
  const grains = cipher.update(Buffer.alloc(width * height));
  const grey = await sharp(grains, { raw: { width, height, channels: 1 } })
    .linear(contrast, 128 * (1 - contrast))
    .png()
    .toBuffer();
  return sharp(grey).resize(WIDTH, HEIGHT, { fit: "fill" }).png().toBuffer();
}
