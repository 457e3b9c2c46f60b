import { repeat, type Scene } from "./scene.js";

const BLUE = "#1d4e89";
const SKY = "#7fb7e6";
const GOLD = "#f2b134";

const TILE =
  `<rect width="120" height="120" fill="#fdf8ec"/>` +
  `<path d="M60 4L116 60L60 116L4 60Z" fill="none" stroke="${BLUE}" stroke-width="4"/>` +
  repeat(
    4,
    (index) =>
      `<g transform="rotate(${index * 90} 60 60)"><path d="M60 60Q36 34 60 14Q84 34 60 60Z" fill="${BLUE}"/>` +
      `<path d="M60 50Q50 36 60 24Q70 36 60 50Z" fill="${SKY}"/>` +
      `<path d="M0 0H40A40 40 0 0 1 0 40Z" fill="${BLUE}"/><path d="M0 0H26A26 26 0 0 1 0 26Z" fill="${GOLD}"/>` +
      `<circle cx="60" cy="2" r="7" fill="${GOLD}"/></g>`,
  ) +
  `<circle cx="60" cy="60" r="9" fill="${GOLD}"/>`;

/** A wall of painted tiles in a handful of colours. */
export function azulejo(): Scene {
  const wall = repeat(20, (index) => {
    const [column, row] = [index % 5, Math.floor(index / 5)];
    return `<use href="#tile" x="${column * 120}" y="${row * 120}"/>`;
  });
  return { width: 600, height: 480, markup: `<defs><g id="tile">${TILE}</g></defs>${wall}` };
}
