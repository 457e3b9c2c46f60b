import { between, seededRandom } from "../random.js";
import { px, radialGradient, repeat, type Scene, verticalGradient } from "./scene.js";

const WIDTH = 2400;
const HEIGHT = 1600;

/** The outline of a range: three sines of falling length, roughened by chance. */
function ridge(seed: number, base: number, relief: number, roughness: number): string {
  const random = seededRandom(seed);
  const phases = [between(random, 0, 6), between(random, 0, 6), between(random, 0, 6)];
  const points: string[] = [];
  for (let x = 0; x <= WIDTH; x += 24) {
    const [a = 0, b = 0, c = 0] = phases;
    const shape =
      0.55 * Math.sin(x / 410 + a) + 0.3 * Math.sin(x / 170 + b) + 0.15 * Math.sin(x / 71 + c);
    points.push(`${x} ${px(base - relief * shape - between(random, 0, roughness))}`);
  }
  return `M0 ${HEIGHT}L${points.join("L")}L${WIDTH} ${HEIGHT}Z`;
}

function pine(x: number, foot: number, height: number): string {
  const tiers = repeat(5, (tier) => {
    const top = foot - height + (tier * height) / 6.5;
    const half = ((tier + 1.6) * height) / 24;
    return `M${px(x)} ${px(top)}l${px(half)} ${px(height / 3.4)}h${px(-2 * half)}z`;
  });
  return `<path d="${tiers}M${px(x - 4)} ${px(foot - 30)}h8v50h-8z"/>`;
}

const RANGES = [
  { base: 830, relief: 190, roughness: 34, color: "#b9839b" },
  { base: 930, relief: 150, roughness: 30, color: "#96688c" },
  { base: 1050, relief: 130, roughness: 26, color: "#6f4d7c" },
  { base: 1170, relief: 100, roughness: 22, color: "#4b3866" },
  { base: 1310, relief: 80, roughness: 18, color: "#2d2749" },
] as const;

/** Mountain ranges behind one another, mist between them, and the sun coming up. */
export function alpineDawn(): Scene {
  const random = seededRandom(11);
  const ranges = RANGES.map(
    ({ base, relief, roughness, color }, index) =>
      `<path d="${ridge(20 + index, base, relief, roughness)}" fill="${color}"/>` +
      `<rect y="${base - 60}" width="${WIDTH}" height="260" fill="url(#mist)"/>`,
  ).join("");
  const birds = repeat(9, () => {
    const x = between(random, 420, 1150);
    const y = between(random, 240, 480);
    const s = between(random, 12, 26);
    return `<path d="M${px(x - s)} ${px(y - s / 3)}Q${px(x - s / 3)} ${px(y - s / 2)} ${px(x)} ${px(y)}Q${px(x + s / 3)} ${px(y - s / 2)} ${px(x + s)} ${px(y - s / 3)}"/>`;
  });
  const pines = repeat(64, (index) =>
    pine(
      index * 38 + between(random, -14, 14),
      between(random, 1560, 1640),
      between(random, 120, 330),
    ),
  );
  return {
    width: WIDTH,
    height: HEIGHT,
    markup:
      `<defs>${verticalGradient("sky", [
        { at: 0, color: "#27356b" },
        { at: 0.28, color: "#7d5f9b" },
        { at: 0.45, color: "#e58e8c" },
        { at: 0.58, color: "#ffd29a" },
      ])}${radialGradient("glow", [
        { at: 0, color: "#fff6d8", opacity: 0.95 },
        { at: 0.25, color: "#ffdf9f", opacity: 0.6 },
        { at: 1, color: "#ffb27a", opacity: 0 },
      ])}${verticalGradient("mist", [
        { at: 0, color: "#ffd9c0", opacity: 0 },
        { at: 0.55, color: "#ffd9c0", opacity: 0.2 },
        { at: 1, color: "#ffd9c0", opacity: 0 },
      ])}</defs>` +
      `<rect width="${WIDTH}" height="${HEIGHT}" fill="url(#sky)"/>` +
      `<circle cx="1560" cy="690" r="640" fill="url(#glow)"/>` +
      `<circle cx="1560" cy="690" r="92" fill="#fffbe9"/>` +
      `<g fill="none" stroke="#3a2f57" stroke-width="4" stroke-linecap="round">${birds}</g>` +
      ranges +
      `<g fill="#161730">${pines}</g>`,
  };
}
