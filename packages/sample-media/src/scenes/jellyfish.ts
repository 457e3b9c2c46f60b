import { between, seededRandom } from "../random.js";
import { px, radialGradient, repeat, type Scene, verticalGradient } from "./scene.js";

/** A glowing jellyfish with long arms; everything around it is transparent. */
export function jellyfish(): Scene {
  const random = seededRandom(41);
  const tentacles = repeat(17, (index) => {
    const x = 120 + index * 17.5;
    const sway = between(random, -46, 46);
    const end = between(random, 470, 690);
    return `<path d="M${px(x)} 268C${px(x + sway)} ${px(end * 0.55)} ${px(x - sway)} ${px(end * 0.75)} ${px(x + sway / 2)} ${px(end)}" stroke-width="${px(between(random, 2, 6))}"/>`;
  });
  const frills = repeat(5, (index) => {
    const x = 180 + index * 40;
    return `<path d="M${x} 262q-26 70 6 130t-4 130q24 -60 8 -130t10 -130z" fill="#ffb3d9" fill-opacity="0.5"/>`;
  });
  const freckles = repeat(40, () => {
    const angle = between(random, Math.PI, 2 * Math.PI);
    const radius = between(random, 40, 150);
    return `<circle cx="${px(260 + radius * Math.cos(angle))}" cy="${px(236 + radius * 0.92 * Math.sin(angle))}" r="${px(between(random, 1.5, 5))}"/>`;
  });
  return {
    width: 520,
    height: 720,
    markup:
      `<defs>${radialGradient("bell", [
        { at: 0, color: "#ffe3f4", opacity: 0.95 },
        { at: 0.6, color: "#c77dff", opacity: 0.8 },
        { at: 1, color: "#5a189a", opacity: 0.75 },
      ])}${verticalGradient("arms", [
        { at: 0, color: "#c77dff", opacity: 0.9 },
        { at: 1, color: "#48cae4", opacity: 0 },
      ])}</defs>` +
      `<g fill="none" stroke="url(#arms)" stroke-linecap="round">${tentacles}</g>${frills}` +
      `<path d="M88 262C70 20 450 20 432 262Q410 290 389 262Q368 292 346 264Q325 294 303 264Q282 296 260 264Q238 296 217 264Q195 294 174 264Q152 292 131 262Q110 290 88 262Z" fill="url(#bell)"/>` +
      `<g fill="#fff0fb" fill-opacity="0.7">${freckles}</g>`,
  };
}
