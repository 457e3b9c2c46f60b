import { repeat, type Scene } from "./scene.js";

const RED = "#d62828";
const YELLOW = "#f7b801";
const BLUE = "#1d3557";
const INK = "#14110f";

/** Circles, bars and quarters in primary colours on paper. */
export function bauhaus(): Scene {
  const bars = repeat(
    7,
    (index) => `<rect x="${430 + index * 24}" y="60" width="12" height="190" fill="${INK}"/>`,
  );
  const dots = repeat(25, (index) => {
    const [column, row] = [index % 5, Math.floor(index / 5)];
    return `<circle cx="${70 + column * 30}" cy="${590 + row * 30}" r="7" fill="${INK}"/>`;
  });
  return {
    width: 640,
    height: 800,
    markup:
      `<rect width="640" height="800" fill="#f3ead7"/>` +
      `<circle cx="240" cy="270" r="190" fill="${RED}"/>` +
      `<path d="M240 80A190 190 0 0 1 240 460Z" fill="${YELLOW}"/>` +
      `<circle cx="240" cy="270" r="84" fill="${BLUE}"/><circle cx="240" cy="270" r="34" fill="#f3ead7"/>` +
      bars +
      `<path d="M600 290V500H390A210 210 0 0 1 600 290Z" fill="${BLUE}"/>` +
      `<path d="M340 740L600 740L600 600Z" fill="${RED}"/>` +
      `<path d="M40 520H600" stroke="${INK}" stroke-width="10"/>` +
      `<path d="M250 560H330V740H250Z" fill="${YELLOW}"/>${dots}`,
  };
}
