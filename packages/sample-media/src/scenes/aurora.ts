import { cos, exp, sin } from "../math.js";
import { mix, type Raster, raster, type Rgb, smoothstep } from "./raster.js";

const ZENITH: Rgb = [0.02, 0.03, 0.12];
const HORIZON: Rgb = [0.07, 0.17, 0.27];
const HILLS: Rgb = [0.015, 0.025, 0.05];
const GREEN: Rgb = [0.25, 1, 0.55];
const VIOLET: Rgb = [0.65, 0.2, 0.85];

/** Height of the hills' edge above the lake, as a fraction of the picture. */
function hills(u: number): number {
  return 0.05 + 0.025 * sin(u * 9 + 1) + 0.014 * sin(u * 23) + 0.006 * sin(u * 71);
}

/** The sky at height `v`; 0 is the top and 1 the shore. */
function sky(u: number, v: number): Rgb {
  let color = mix(ZENITH, HORIZON, v);
  for (let curtain = 0; curtain < 3; curtain += 1) {
    const foot = 0.62 - 0.13 * curtain + 0.1 * sin(u * 5 + curtain * 2.1) * cos(u * 2.3);
    const above = foot - v;
    if (above < -0.05) continue;
    const rays = 0.62 + 0.38 * sin(u * 130 + 9 * sin(u * 7 + curtain));
    const strength = smoothstep(-0.05, 0.03, above) * exp(-above * 5.5) * rays * 0.62;
    const tint = mix(GREEN, VIOLET, smoothstep(0.05, 0.4, above));
    color = [
      color[0] + tint[0] * strength,
      color[1] + tint[1] * strength,
      color[2] + tint[2] * strength,
    ];
  }
  return color;
}

/** Northern lights over a lake that mirrors them. */
export function aurora(width: number, height: number): Raster {
  const shore = 0.68;
  return raster(width, height, 8, (u, v) => {
    if (v < shore) {
      return shore - v < hills(u) ? HILLS : sky(u, v / shore);
    }
    const depth = (v - shore) / (1 - shore);
    const wave = 0.006 * sin(v * 900 + 5 * sin(u * 40)) * (0.3 + depth);
    const mirrored = 1 - depth * 0.85 + wave;
    const inHills = depth * 0.32 < hills(u + wave);
    return mix(inHills ? HILLS : sky(u + wave, mirrored), ZENITH, 0.25 + 0.3 * depth);
  });
}
