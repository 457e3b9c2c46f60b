import { between, seededRandom } from "../random.js";
import { px, repeat, type Scene, verticalGradient } from "./scene.js";

function tower(x: number, width: number, top: number, color: string, lights: string): string {
  return `<rect x="${px(x)}" y="${px(top)}" width="${px(width)}" height="${px(330 - top)}" fill="${color}"/>${lights}`;
}

/** A city along a river at night: a long, flat panorama. */
export function skyline(): Scene {
  const random = seededRandom(31);
  const row = (count: number, low: number, high: number, color: string, lit: number) =>
    repeat(count, (index) => {
      const width = between(random, 22, 58);
      const x = (index * 1600) / count + between(random, -12, 12);
      const top = between(random, low, high);
      const floors = Math.floor((330 - top) / 13);
      const lights = repeat(floors * 4, (cell) => {
        if (random() > lit) return "";
        const warm = random() > 0.3 ? "#ffd97d" : "#9fd8ff";
        const lx = x + 5 + (cell % 4) * ((width - 8) / 4);
        return `<rect x="${px(lx)}" y="${px(top + 6 + Math.floor(cell / 4) * 13)}" width="${px((width - 16) / 5)}" height="6" fill="${warm}"/>`;
      });
      return tower(x, width, top, color, lights);
    });
  const reflections = repeat(150, () => {
    const x = between(random, 0, 1600);
    const color = random() > 0.4 ? "#ffd97d" : "#ff8fab";
    return `<rect x="${px(x)}" y="${px(between(random, 334, 360))}" width="3" height="${px(between(random, 8, 36))}" fill="${color}" fill-opacity="0.35"/>`;
  });
  return {
    width: 1600,
    height: 400,
    markup:
      `<defs>${verticalGradient("dusk", [
        { at: 0, color: "#14123a" },
        { at: 0.5, color: "#533275" },
        { at: 0.85, color: "#e8647c" },
      ])}${verticalGradient("river", [
        { at: 0, color: "#a34a78" },
        { at: 1, color: "#12113a" },
      ])}</defs><rect width="1600" height="400" fill="url(#dusk)"/>` +
      `<circle cx="1240" cy="92" r="44" fill="#fdf3d8"/><circle cx="1258" cy="82" r="40" fill="#241b4c"/>` +
      row(44, 130, 250, "#3c2a63", 0.12) +
      row(38, 190, 290, "#1c1740", 0.4) +
      `<rect y="328" width="1600" height="72" fill="url(#river)"/>${reflections}`,
  };
}
