import { between, seededRandom } from "../random.js";
import { px, radialGradient, repeat, type Scene } from "./scene.js";

function koi(x: number, y: number, turn: number, size: number, patch: string): string {
  return (
    `<g transform="translate(${x} ${y}) rotate(${turn}) scale(${size})">` +
    `<path d="M-14 -10Q-46 -44 -52 -12Z M-14 10Q-46 44 -52 12Z" fill="#ffe9dc" fill-opacity="0.75" transform="translate(34 0)"/>` +
    `<path d="M-78 0Q-122 -34 -128 -6Q-116 0 -128 8Q-122 34 -78 0Z" fill="#ffe1cf" fill-opacity="0.9"/>` +
    `<path d="M72 0C60 -32 -10 -40 -88 0C-10 40 60 32 72 0Z" fill="#fff8f2"/>` +
    `<path d="M58 -14C44 -32 16 -34 6 -28Q24 -8 2 6Q34 18 58 10Q70 0 58 -14Z" fill="${patch}"/>` +
    `<path d="M-18 -24Q-46 -22 -60 -10Q-40 8 -14 6Q-2 -12 -18 -24Z" fill="${patch}"/>` +
    `<circle cx="56" cy="-13" r="3.4" fill="#1d1d24"/><circle cx="56" cy="13" r="3.4" fill="#1d1d24"/></g>`
  );
}

/** Koi between lily pads, seen from above. */
export function koiPond(): Scene {
  const random = seededRandom(23);
  const ripples = repeat(16, () => {
    const [x, y] = [between(random, 0, 800), between(random, 0, 560)];
    return repeat(3, (ring) => `<circle cx="${px(x)}" cy="${px(y)}" r="${14 + ring * 16}"/>`);
  });
  const pads = repeat(11, () => {
    const [x, y, r] = [between(random, 0, 800), between(random, 0, 560), between(random, 26, 62)];
    const turn = Math.floor(between(random, 0, 360));
    return (
      `<g transform="translate(${px(x)} ${px(y)}) rotate(${turn}) scale(${px(r / 10)})">` +
      `<path d="M0 0L9.6 -2.8A10 10 0 1 0 9.6 2.8Z" fill="#4f9d69"/>` +
      `<path d="M0 0L-9 0M0 0L-6 -6.6M0 0L-6 6.6M0 0L2 -9M0 0L2 9" stroke="#7cc48d" stroke-width="0.4"/></g>`
    );
  });
  const lily = (x: number, y: number) =>
    `<g transform="translate(${x} ${y})">${repeat(
      10,
      (petal) =>
        `<path d="M0 0Q-11 -22 0 -36Q11 -22 0 0Z" transform="rotate(${petal * 36})" fill="${petal % 2 === 0 ? "#ffc2d9" : "#ff9ec4"}"/>`,
    )}<circle r="8" fill="#ffd84d"/></g>`;
  return {
    width: 800,
    height: 560,
    markup:
      `<defs>${radialGradient("pond", [
        { at: 0, color: "#3aa6a0" },
        { at: 0.7, color: "#1f6f78" },
        { at: 1, color: "#124559" },
      ])}</defs><rect width="800" height="560" fill="url(#pond)"/>` +
      `<g fill="none" stroke="#c9f0ea" stroke-opacity="0.18" stroke-width="2">${ripples}</g>` +
      koi(300, 230, -28, 1.5, "#f25c29") +
      koi(520, 330, 150, 1.35, "#e63946") +
      koi(420, 450, 12, 1, "#ff9f1c") +
      koi(180, 400, -70, 0.9, "#2b2d42") +
      pads +
      lily(640, 130) +
      lily(130, 130),
  };
}
