import { between, seededRandom } from "../random.js";
import { px, radialGradient, repeat, type Scene, verticalGradient } from "./scene.js";

const CRESTS = [
  { y: 380, bend: 60, light: "#9a9a9a", shade: "#4a4a4a" },
  { y: 450, bend: -70, light: "#c4c4c4", shade: "#3a3a3a" },
  { y: 540, bend: 90, light: "#e0e0e0", shade: "#2a2a2a" },
] as const;

/** Dunes under a full moon, in greys only. */
export function moonlitDunes(): Scene {
  const random = seededRandom(13);
  const stars = repeat(130, () => {
    const [x, y] = [between(random, 0, 900), between(random, 0, 360)];
    return `<circle cx="${px(x)}" cy="${px(y)}" r="${px(between(random, 0.5, 1.7))}"/>`;
  });
  const craters = repeat(9, () => {
    const [x, y] = [between(random, 640, 720), between(random, 100, 180)];
    return `<circle cx="${px(x)}" cy="${px(y)}" r="${px(between(random, 4, 13))}"/>`;
  });
  const dunes = CRESTS.map(
    ({ y, bend, light, shade }, index) =>
      `<path d="M0 ${y}C220 ${y - bend} 380 ${y + bend} 560 ${y - bend / 3}S800 ${y + bend / 2} 900 ${y - 20}V660H0Z" fill="url(#dune${index})"/>` +
      `<path d="M0 ${y}C220 ${y - bend} 380 ${y + bend} 560 ${y - bend / 3}Q470 ${y + 120} 260 660H0Z" fill="${shade}" fill-opacity="0.55"/>` +
      `<defs>${verticalGradient(`dune${index}`, [
        { at: 0, color: light },
        { at: 1, color: shade },
      ])}</defs>`,
  ).join("");
  return {
    width: 900,
    height: 660,
    markup:
      `<defs>${verticalGradient("night", [
        { at: 0, color: "#050505" },
        { at: 1, color: "#5c5c5c" },
      ])}${radialGradient("halo", [
        { at: 0, color: "#ffffff", opacity: 0.6 },
        { at: 1, color: "#ffffff", opacity: 0 },
      ])}</defs><rect width="900" height="660" fill="url(#night)"/><g fill="#ffffff">${stars}</g>` +
      `<circle cx="680" cy="140" r="190" fill="url(#halo)"/><circle cx="680" cy="140" r="66" fill="#f2f2f2"/>` +
      `<g fill="#cfcfcf">${craters}</g>${dunes}`,
  };
}
