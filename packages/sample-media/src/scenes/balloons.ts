import { between, seededRandom } from "../random.js";
import { px, repeat, type Scene, verticalGradient } from "./scene.js";
import { uprightMarker } from "./upright-marker.js";

const PALETTES = [
  ["#e4572e", "#ffc914"],
  ["#2e86ab", "#f6f5ae"],
  ["#a23b72", "#f18f01"],
  ["#17bebb", "#fef9ef"],
  ["#6a4c93", "#ffca3a"],
] as const;

function balloon(x: number, y: number, size: number, colors: readonly [string, string]): string {
  const [dark, light] = colors;
  const gores = repeat(4, (index) => {
    const half = 100 - index * 27;
    const color = index % 2 === 0 ? dark : light;
    return `<path d="M0 -120C${px(half * 1.25)} -120 ${px(half * 1.2)} -10 ${px(half * 0.22)} 88H${px(-half * 0.22)}C${px(-half * 1.2)} -10 ${px(-half * 1.25)} -120 0 -120Z" fill="${color}"/>`;
  });
  return (
    `<g transform="translate(${px(x)} ${px(y)}) scale(${size})">${gores}` +
    `<path d="M-20 88L-13 128M20 88L13 128M-7 88L-5 128M7 88L5 128" stroke="#5b4636" stroke-width="2"/>` +
    `<path d="M-17 126H17L13 152H-13Z" fill="#8a5a36"/></g>`
  );
}

/** Hot-air balloons over rolling fields in the morning. Landscape. */
export function balloons(): Scene {
  const random = seededRandom(9);
  const clouds = repeat(7, () => {
    const [x, y, s] = [between(random, 0, 800), between(random, 40, 300), between(random, 18, 42)];
    return repeat(5, (puff) => {
      const dx = (puff - 2) * s * 0.9;
      return `<ellipse cx="${px(x + dx)}" cy="${px(y)}" rx="${px(s)}" ry="${px(s * (0.75 - Math.abs(puff - 2) * 0.2))}"/>`;
    });
  });
  const places = [
    [150, 330, 0.5],
    [640, 190, 0.62],
    [735, 390, 0.34],
    [255, 150, 0.36],
    [430, 255, 1.1],
  ] as const;
  const flock = places
    .map(([x, y, size], index) => balloon(x, y, size, PALETTES[index] ?? PALETTES[0]))
    .join("");
  const fields = repeat(5, (index) => {
    const y = 455 + index * 32;
    const color = ["#9ccc65", "#7cb342", "#c0ca33", "#689f38", "#4b7f2f"][index] ?? "#4b7f2f";
    const bend = index % 2 === 0 ? -46 : 38;
    return `<path d="M0 ${y}Q220 ${y + bend} 430 ${y}T800 ${y - bend / 2}V600H0Z" fill="${color}"/>`;
  });
  return {
    width: 800,
    height: 600,
    markup:
      `<defs>${verticalGradient("sky", [
        { at: 0, color: "#5aa9e6" },
        { at: 0.55, color: "#bfe3f7" },
        { at: 0.8, color: "#fff1d6" },
      ])}</defs><rect width="800" height="600" fill="url(#sky)"/>` +
      `<g fill="#ffffff" fill-opacity="0.55">${clouds}</g>${fields}${flock}` +
      uprightMarker(60, 60, 36),
  };
}
