import { max, min, round } from "../math.js";

/** A colour of one pixel, each part from 0 to 1. */
export type Rgb = readonly [red: number, green: number, blue: number];

/** Pixels row by row, three samples each, in the depth of the array. */
export interface Raster {
  width: number;
  height: number;
  data: Uint8Array | Uint16Array;
}

/** Computes every pixel from its place; `u` and `v` run from 0 to 1 across and down. */
export function raster(
  width: number,
  height: number,
  depth: 8 | 16,
  color: (u: number, v: number) => Rgb,
): Raster {
  const length = width * height * 3;
  const data = depth === 8 ? new Uint8Array(length) : new Uint16Array(length);
  const scale = depth === 8 ? 255 : 65_535;
  let offset = 0;
  for (let y = 0; y < height; y += 1) {
    for (let x = 0; x < width; x += 1) {
      for (const part of color((x + 0.5) / width, (y + 0.5) / height)) {
        data[offset] = round(min(1, max(0, part)) * scale);
        offset += 1;
      }
    }
  }
  return { width, height, data };
}

/** The colour between two, at `at` from 0 to 1. */
export function mix(from: Rgb, to: Rgb, at: number): Rgb {
  return [
    from[0] + (to[0] - from[0]) * at,
    from[1] + (to[1] - from[1]) * at,
    from[2] + (to[2] - from[2]) * at,
  ];
}

/** 0 below `low`, 1 above `high`, and a smooth step between them. */
export function smoothstep(low: number, high: number, value: number): number {
  const at = min(1, max(0, (value - low) / (high - low)));
  return at * at * (3 - 2 * at);
}
