import { readFile } from "node:fs/promises";

import sharp from "sharp";

import type { SharpOrder } from "./sharp-maker.js";

process.on("message", ({ path, widths, way }: SharpOrder) => {
  make(path, widths, way).then(
    (sizes) => process.send?.({ sizes }),
    (error: unknown) => process.send?.({ error: String(error) }),
  );
});
process.once("disconnect", () => process.exit(1));

/** Makes WebP pictures of a JPEG, one pipeline after the other. */
async function make(
  path: string,
  widths: readonly number[],
  way: SharpOrder["way"],
): Promise<number[]> {
  const original = await readFile(path);
  const source =
    way === "full size first" ? await sharp(original).autoOrient().toBuffer() : original;
  const sizes: number[] = [];
  for (const width of widths) {
    const { info } = await sharp(source)
      .autoOrient()
      .resize(width)
      .webp()
      .toBuffer({ resolveWithObject: true });
    sizes.push(info.size);
  }
  return sizes;
}
