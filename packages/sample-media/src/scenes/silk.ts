import { sin } from "../math.js";
import { mix, type Raster, raster, type Rgb } from "./raster.js";

const ROSE: Rgb = [0.93, 0.42, 0.51];
const APRICOT: Rgb = [1, 0.78, 0.55];
const INDIGO: Rgb = [0.2, 0.18, 0.5];

/** Folds of cloth in slow gradients that need more than eight bits. */
export function silk(width: number, height: number): Raster {
  return raster(width, height, 16, (u, v) => {
    const bend = u * 3.1 + 1.3 * sin(v * 2.4 + u * 1.7) + 0.6 * sin(u * 5 - v * 4);
    const fold = 0.5 + 0.5 * sin(bend * 3.4);
    const sheen = 0.22 * (0.5 + 0.5 * sin(bend * 3.4 + 1.1)) ** 6;
    const cloth = mix(mix(INDIGO, ROSE, fold), APRICOT, fold * fold * (1 - v * 0.5));
    return [cloth[0] + sheen, cloth[1] + sheen, cloth[2] + sheen];
  });
}
