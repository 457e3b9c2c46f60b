import sharp from "sharp";

import type { VariantRecipe } from "../../src/variants/recipe.js";

const ENCODERS = {
  jpeg: { quality: 80 },
  png: {},
  webp: { quality: 80, effort: 4 },
  avif: { quality: 50, effort: 2 },
};

/** What sharp alone makes of an original. */
export async function madeBySharp(original: Uint8Array, recipe: VariantRecipe): Promise<Buffer> {
  const { format, background = "#ffffff", animated = false, profile, ...rest } = recipe;
  const { quality, effort, ...geometry } = rest;
  const image = sharp(original, { animated, failOn: "error" })
    .autoOrient()
    .resize({ ...geometry, background, position: geometry.position as string });
  if (profile === "keep") image.keepIccProfile();
  if (format === "jpeg") image.flatten({ background });
  const options = { ...ENCODERS[format], ...(quality && { quality }), ...(effort && { effort }) };
  return image.toFormat(format, options).toBuffer();
}

/** Where a picture is not like another; undefined if it is. */
export async function difference(one: Uint8Array, other: Uint8Array): Promise<string | undefined> {
  const [a, b] = [await pixelsOf(one), await pixelsOf(other)];
  const { width, height } = a.info;
  if (width !== b.info.width || height !== b.info.height) {
    return `${width} x ${height}, not ${b.info.width} x ${b.info.height}`;
  }
  let sum = 0;
  for (let at = 0; at < a.data.length; at += 1) {
    sum += Math.abs((a.data[at] ?? 0) - (b.data[at] ?? 0));
  }
  const mean = sum / a.data.length;
  const ssim = structuralSimilarity(a.data, b.data, width, height);
  return mean > 2 || ssim < 0.97 ? `mean ${mean.toFixed(2)}, SSIM ${ssim.toFixed(3)}` : undefined;
}

/** RGBA, premultiplied: the colour of what is transparent makes no difference. */
async function pixelsOf(bytes: Uint8Array) {
  const pixels = await sharp(bytes, { animated: true })
    .ensureAlpha()
    .raw()
    .toBuffer({ resolveWithObject: true });
  const { data } = pixels;
  for (let at = 0; at < data.length; at += 4) {
    const alpha = (data[at + 3] ?? 0) / 255;
    for (let band = at; band < at + 3; band += 1)
      data[band] = Math.round((data[band] ?? 0) * alpha);
  }
  return pixels;
}

const WINDOW = 8;
const STRIDE = 4;
const C1 = (0.01 * 255) ** 2;
const C2 = (0.03 * 255) ** 2;

/** The mean SSIM of the luma in windows of 8 by 8 pixels. */
function structuralSimilarity(a: Buffer, b: Buffer, width: number, height: number): number {
  const [lumaA, lumaB] = [lumaOf(a), lumaOf(b)];
  const across = Math.min(WINDOW, width);
  const down = Math.min(WINDOW, height);
  const count = across * down;
  let total = 0;
  let windows = 0;
  for (let top = 0; top + down <= height; top += STRIDE) {
    for (let left = 0; left + across <= width; left += STRIDE) {
      let [sumA, sumB, sumAA, sumBB, sumAB] = [0, 0, 0, 0, 0];
      for (let y = top; y < top + down; y += 1) {
        for (let at = y * width + left; at < y * width + left + across; at += 1) {
          const [valueA, valueB] = [lumaA[at] ?? 0, lumaB[at] ?? 0];
          sumA += valueA;
          sumB += valueB;
          sumAA += valueA * valueA;
          sumBB += valueB * valueB;
          sumAB += valueA * valueB;
        }
      }
      const [meanA, meanB] = [sumA / count, sumB / count];
      const variances = sumAA / count - meanA ** 2 + sumBB / count - meanB ** 2;
      const covariance = sumAB / count - meanA * meanB;
      total +=
        ((2 * meanA * meanB + C1) * (2 * covariance + C2)) /
        ((meanA ** 2 + meanB ** 2 + C1) * (variances + C2));
      windows += 1;
    }
  }
  return total / windows;
}

function lumaOf(rgba: Buffer): Float64Array {
  const weights = [0.299, 0.587, 0.114, 0];
  const luma = new Float64Array(rgba.length / 4);
  for (let at = 0; at < rgba.length; at += 1) {
    const pixel = at >> 2;
    luma[pixel] = (luma[pixel] ?? 0) + (weights[at & 3] ?? 0) * (rgba[at] ?? 0);
  }
  return luma;
}
