import { px, repeat, type Scene, verticalGradient } from "./scene.js";

/** A striped sun over a neon grid. */
export function retroSun(): Scene {
  const rays = repeat(25, (index) => `M320 300L${px((index - 12) * 130 + 320)} 480`);
  const lines = repeat(9, (index) => `M0 ${px(300 + 2.2 * (index + 1) ** 2)}H640`);
  const gaps = repeat(
    6,
    (index) => `<rect x="180" y="${px(196 + index * 20)}" width="280" height="${3 + index * 2}"/>`,
  );
  return {
    width: 640,
    height: 480,
    markup:
      `<defs>${verticalGradient("sky", [
        { at: 0, color: "#12002e" },
        { at: 1, color: "#6a0572" },
      ])}${verticalGradient("disc", [
        { at: 0, color: "#ffe66d" },
        { at: 0.5, color: "#ff6b6b" },
        { at: 1, color: "#f72585" },
      ])}</defs><rect width="640" height="480" fill="url(#sky)"/>` +
      `<circle cx="320" cy="190" r="130" fill="url(#disc)"/><g fill="#43044f">${gaps}</g>` +
      `<path d="M0 300L70 236L128 282L200 210L262 300ZM640 300L566 224L500 288L452 246L392 300Z" fill="#240046"/>` +
      `<rect y="300" width="640" height="180" fill="#0b0221"/>` +
      `<path d="${rays}${lines}M0 300H640" stroke="#4cc9f0" stroke-width="2" fill="none"/>`,
  };
}
