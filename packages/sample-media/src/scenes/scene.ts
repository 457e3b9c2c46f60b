/**
 * A picture as SVG markup in its own coordinates. Shapes only: text would make the bytes depend
 * on the fonts of the machine.
 */
export interface Scene {
  width: number;
  height: number;
  /** Definitions and shapes, without the surrounding `svg` element. */
  markup: string;
}

/** The scene as a document that renders at the given size in pixels. */
export function svgDocument({ width, height, markup }: Scene, pixels: PixelSize): Buffer {
  return Buffer.from(
    `<svg xmlns="http://www.w3.org/2000/svg" width="${pixels.width}" height="${pixels.height}" ` +
      `viewBox="0 0 ${width} ${height}">${markup}</svg>`,
  );
}

export interface PixelSize {
  width: number;
  height: number;
}

/** A coordinate, short and free of floating-point tails. */
export function px(value: number): string {
  return String(Math.round(value * 10) / 10);
}

/** `count` results of `shape`, joined into markup. */
export function repeat(count: number, shape: (index: number) => string): string {
  return Array.from({ length: count }, (_, index) => shape(index)).join("");
}

export interface GradientStop {
  /** From 0 to 1. */
  at: number;
  color: string;
  opacity?: number;
}

function stops(list: readonly GradientStop[]): string {
  return list
    .map(
      ({ at, color, opacity = 1 }) =>
        `<stop offset="${at}" stop-color="${color}" stop-opacity="${opacity}"/>`,
    )
    .join("");
}

/** A gradient from top to bottom, for use as `fill="url(#id)"`. */
export function verticalGradient(id: string, list: readonly GradientStop[]): string {
  return `<linearGradient id="${id}" x1="0" y1="0" x2="0" y2="1">${stops(list)}</linearGradient>`;
}

/** A gradient from the centre outwards, for use as `fill="url(#id)"`. */
export function radialGradient(id: string, list: readonly GradientStop[]): string {
  return `<radialGradient id="${id}">${stops(list)}</radialGradient>`;
}

/** A point on a circle; the angle in turns, 0 at the top, clockwise. */
export function onCircle(cx: number, cy: number, radius: number, turns: number) {
  const angle = (turns - 0.25) * 2 * Math.PI;
  return { x: cx + radius * Math.cos(angle), y: cy + radius * Math.sin(angle) };
}
