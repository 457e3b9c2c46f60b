import { repeat, type Scene } from "./scene.js";

const RINGS = ["#0b3954", "#087e8b", "#bfd7ea", "#0b3954", "#ff5a5f"] as const;

function wave(x: number, y: number, shift: number): string {
  return RINGS.map((_, ring) => {
    const color = RINGS[(ring + shift) % RINGS.length] ?? RINGS[0];
    return `<circle cx="${x}" cy="${y}" r="${60 - ring * 11}" fill="${color}" stroke="#fff7ec" stroke-width="3"/>`;
  }).join("");
}

/** Overlapping wave crests after the Japanese pattern of that name. */
export function seigaiha(): Scene {
  const rows = repeat(20, (row) =>
    repeat(8, (column) =>
      wave(
        column * 120 + (row % 2) * 60 - 60,
        row * 30 + 10,
        (row + column) % 7 === 0 ? 2 : row % 3 === 0 ? 1 : 0,
      ),
    ),
  );
  return { width: 720, height: 480, markup: rows };
}
