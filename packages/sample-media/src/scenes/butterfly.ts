import { repeat, type Scene } from "./scene.js";

const WING =
  `<path d="M0 0C30 -120 150 -150 158 -86C162 -40 90 0 0 0Z" fill="#ff8c42"/>` +
  `<path d="M10 -12C42 -100 132 -122 138 -82C140 -52 80 -18 10 -12Z" fill="#ffd25a"/>` +
  `<path d="M0 0C90 6 136 50 112 96C86 130 18 84 0 0Z" fill="#e85d75"/>` +
  `<path d="M10 12C72 20 106 52 90 82C70 104 28 70 10 12Z" fill="#ffc2c7"/>` +
  `<circle cx="112" cy="-84" r="14" fill="#2d3047"/><circle cx="112" cy="-84" r="6" fill="#ffffff"/>` +
  `<circle cx="70" cy="58" r="10" fill="#2d3047"/>` +
  repeat(
    5,
    (index) => `<circle cx="${146 - index * 4}" cy="${-104 + index * 17}" r="4" fill="#2d3047"/>`,
  );

/** A butterfly with open wings, on nothing. */
export function butterfly(): Scene {
  return {
    width: 360,
    height: 300,
    markup:
      `<g transform="translate(180 170)"><g>${WING}</g><g transform="scale(-1 1)">${WING}</g>` +
      `<path d="M-4 -60Q-20 -110 -44 -120M4 -60Q20 -110 44 -120" fill="none" stroke="#2d3047" stroke-width="5"/>` +
      `<ellipse cy="8" rx="9" ry="66" fill="#2d3047"/><circle cy="-60" r="12" fill="#2d3047"/></g>`,
  };
}
