import { PI, cos, exp, hypot, sin, sqrt } from "../math.js";
import { between, seededRandom } from "../random.js";
import { mix, type Raster, raster, type Rgb, smoothstep } from "./raster.js";

const LEAD: Rgb = [0.07, 0.06, 0.09];
const GLASS: readonly Rgb[] = [
  [0.85, 0.16, 0.22],
  [0.96, 0.62, 0.12],
  [0.1, 0.45, 0.75],
  [0.13, 0.6, 0.45],
  [0.48, 0.2, 0.62],
  [0.98, 0.85, 0.4],
];

/** Farther than any two places of the picture. */
const BEYOND = 2;

interface Pane {
  u: number;
  v: number;
  color: Rgb;
}

/** Rings of panes around the middle, a little out of place. */
function panes(): Pane[] {
  const random = seededRandom(8);
  const placed: Pane[] = [];
  for (let ring = 0; ring < 6; ring += 1) {
    const count = ring === 0 ? 1 : ring * 7;
    for (let index = 0; index < count; index += 1) {
      const angle = ((index + ring * 0.37) / count) * 2 * PI;
      const radius = ring * 0.115 + between(random, -0.012, 0.012);
      placed.push({
        u: 0.5 + radius * cos(angle),
        v: 0.5 + radius * sin(angle),
        color: GLASS[(ring + (index % 2) * 3 + (ring > 3 ? index : 0)) % GLASS.length] ?? LEAD,
      });
    }
  }
  return placed;
}

/** A rose window: each pixel takes the colour of the nearest pane, with lead between panes. */
export function stainedGlass(size: number): Raster {
  const all = panes();
  return raster(size, size, 8, (u, v) => {
    let nearest = BEYOND;
    let second = BEYOND;
    let color = LEAD;
    for (const pane of all) {
      const distance = sqrt((pane.u - u) ** 2 + (pane.v - v) ** 2);
      if (distance < nearest) {
        second = nearest;
        nearest = distance;
        color = pane.color;
      } else if (distance < second) {
        second = distance;
      }
    }
    const lit = mix(color, [1, 1, 0.92], 0.35 * exp(-nearest * 26));
    const glass = mix(LEAD, lit, smoothstep(0.004, 0.011, second - nearest));
    return mix(glass, LEAD, smoothstep(0.47, 0.485, hypot(u - 0.5, v - 0.5)));
  });
}
