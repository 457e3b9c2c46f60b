import { between, seededRandom } from "../random.js";
import { onCircle, px, radialGradient, repeat, type Scene } from "./scene.js";

const PLANETS = [
  { radius: 52, size: 7, laps: 4, color: "#ffd6a5" },
  { radius: 84, size: 11, laps: 3, color: "#ff9770" },
  { radius: 122, size: 13, laps: 2, color: "#70d6ff" },
  { radius: 164, size: 19, laps: 1, color: "#e9ff70" },
] as const;

/**
 * Planets around a sun, at a moment of their common year.
 *
 * @param year from 0 to 1; the same picture at both ends
 */
export function orbits(year: number): Scene {
  const random = seededRandom(2);
  const stars = repeat(90, () => {
    const [x, y] = [between(random, 0, 400), between(random, 0, 400)];
    return `<circle cx="${px(x)}" cy="${px(y)}" r="${px(between(random, 0.4, 1.5))}"/>`;
  });
  const planets = PLANETS.map(({ radius, size, laps, color }) => {
    const trail = repeat(14, (index) => {
      const { x, y } = onCircle(200, 200, radius, year * laps - (index + 1) * 0.012);
      return `<circle cx="${px(x)}" cy="${px(y)}" r="${px(size * (0.7 - index * 0.045))}" fill="${color}" fill-opacity="${px(0.4 - index * 0.025)}"/>`;
    });
    const { x, y } = onCircle(200, 200, radius, year * laps);
    return (
      `<circle cx="200" cy="200" r="${radius}" fill="none" stroke="#ffffff" stroke-opacity="0.18"/>` +
      `${trail}<circle cx="${px(x)}" cy="${px(y)}" r="${size}" fill="${color}"/>`
    );
  }).join("");
  return {
    width: 400,
    height: 400,
    markup:
      `<defs>${radialGradient("space", [
        { at: 0, color: "#2b2d6e" },
        { at: 1, color: "#0b0c24" },
      ])}${radialGradient("sun", [
        { at: 0, color: "#fffbe0" },
        { at: 0.4, color: "#ffd23f" },
        { at: 1, color: "#ff7b00", opacity: 0 },
      ])}</defs><rect width="400" height="400" fill="url(#space)"/><g fill="#ffffff">${stars}</g>` +
      `<circle cx="200" cy="200" r="44" fill="url(#sun)"/>${planets}`,
  };
}
