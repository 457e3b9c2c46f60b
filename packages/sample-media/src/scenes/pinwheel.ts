import { repeat, type Scene } from "./scene.js";

const COLORS = ["#ef476f", "#ffd166", "#06d6a0", "#118ab2"] as const;

/**
 * A paper pinwheel on its stick.
 *
 * @param turns from 0 to 1; the four sails come to lie on one another after a quarter
 */
export function pinwheel(turns: number): Scene {
  const sails = repeat(8, (index) => {
    const color =
      COLORS[Math.floor(index / 2) % 2 === 0 ? index % 2 : 2 + (index % 2)] ?? COLORS[0];
    return `<path d="M0 0L0 -104Q58 -92 52 -38Z" transform="rotate(${index * 45})" fill="${color}" stroke="#073b4c" stroke-width="3"/>`;
  });
  return {
    width: 280,
    height: 360,
    markup:
      `<rect width="280" height="360" fill="#cdeffd"/>` +
      `<path d="M0 300Q70 268 140 296T280 290V360H0Z" fill="#8ac926"/>` +
      `<rect x="136" y="140" width="8" height="210" fill="#8d5524"/>` +
      `<g transform="translate(140 140) rotate(${turns * 360})">${sails}</g>` +
      `<circle cx="140" cy="140" r="11" fill="#fff8e7" stroke="#073b4c" stroke-width="3"/>`,
  };
}
