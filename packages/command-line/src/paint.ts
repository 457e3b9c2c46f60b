import { styleText } from "node:util";

import type { Output } from "./output.js";

type Color = "bold" | "gray" | "green" | "red" | "yellow";

/** Colors text where the output shows colors. */
export function paint(output: Output, color: Color, text: string): string {
  if (output.hasColors?.() !== true) return text;
  return styleText(color, text, { validateStream: false });
}
