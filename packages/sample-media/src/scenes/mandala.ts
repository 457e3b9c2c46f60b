import { px, repeat, type Scene } from "./scene.js";

const RINGS = [
  { petals: 24, inner: 250, length: 62, width: 26, color: "#2a9d8f" },
  { petals: 24, inner: 206, length: 70, width: 22, color: "#e9c46a" },
  { petals: 16, inner: 150, length: 92, width: 34, color: "#e76f51" },
  { petals: 16, inner: 112, length: 62, width: 22, color: "#f4a261" },
  { petals: 12, inner: 58, length: 82, width: 26, color: "#8e4585" },
  { petals: 8, inner: 10, length: 74, width: 30, color: "#d1495b" },
] as const;

/** A flower of rings of petals, half see-through, on nothing. */
export function mandala(): Scene {
  const rings = RINGS.map(({ petals, inner, length, width, color }, ring) =>
    repeat(petals, (index) => {
      const turn = px(((index + (ring % 2) / 2) * 360) / petals);
      const outer = inner + length;
      const middle = inner + length * 0.55;
      return (
        `<g transform="rotate(${turn})"><path d="M0 ${-inner}Q${width} ${-middle} 0 ${-outer}Q${-width} ${-middle} 0 ${-inner}Z" fill="${color}" fill-opacity="0.72" stroke="${color}" stroke-width="2"/>` +
        `<circle cy="${px(-middle)}" r="${px(width / 6)}" fill="#fffaf0" fill-opacity="0.9"/></g>`
      );
    }),
  ).join("");
  const beads = repeat(
    48,
    (index) =>
      `<circle cy="-302" r="${index % 2 === 0 ? 6 : 3}" transform="rotate(${index * 7.5})" fill="#264653"/>`,
  );
  return {
    width: 640,
    height: 640,
    markup:
      `<g transform="translate(320 320)">${beads}${rings}` +
      `<circle r="20" fill="#ffd166"/><circle r="9" fill="#264653"/></g>`,
  };
}
