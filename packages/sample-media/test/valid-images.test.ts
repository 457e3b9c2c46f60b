import { describe, expect, it } from "@jest/globals";
import sharp, { type Sharp } from "sharp";

import { allImages } from "../src/images/all-images.js";

const images = (await allImages()).flatMap(({ name, bytes, expect: facts }) =>
  facts.kind === "image" ? [{ name, bytes, facts }] : [],
);

function bytesOf(name: string): Uint8Array {
  const found = images.find((image) => image.name === name);
  if (found === undefined) throw new Error(`No sample is named ${name}.`);
  return found.bytes;
}

/** Whether the marker's red arrow, and not its white disc, is at this place of the upright image. */
async function isRed(upright: Sharp, left: number, top: number): Promise<boolean> {
  const pixel = { left, top, width: 1, height: 1 };
  const [red = 0, green = 0] = await upright.clone().extract(pixel).raw().toBuffer();
  return red > 150 && green < 110;
}

describe.each(images)("image $name", ({ bytes, facts }) => {
  it("is what its expectation says", async () => {
    const found = await sharp(bytes, { animated: true }).metadata();
    expect({
      contentType: found.mediaType,
      width: found.autoOrient.width,
      height: found.pageHeight ?? found.autoOrient.height,
      orientation: found.orientation ?? 1,
      pages: found.pages ?? 1,
      hasAlpha: found.hasAlpha,
    }).toEqual({
      contentType: facts.contentType,
      width: facts.width,
      height: facts.height,
      orientation: facts.orientation,
      pages: facts.pages,
      hasAlpha: facts.hasAlpha,
    });
  });

  it("decodes to the last pixel without a warning", async () => {
    const decoded = sharp(bytes, { animated: true, failOn: "warning" }).autoOrient().raw();
    const { info } = await decoded.toBuffer({ resolveWithObject: true });
    expect(info.width).toBe(facts.width);
    expect(info.height).toBe(facts.height * facts.pages);
  });
});

describe("the odd images", () => {
  it.each([
    ["aurora-progressive.jpg", { isProgressive: true, chromaSubsampling: "4:4:4" }],
    ["moonlit-dunes-gray.jpg", { space: "b-w", channels: 1 }],
    ["koi-pond-cmyk.jpg", { space: "cmyk", channels: 4 }],
    ["azulejo-palette.png", { isPalette: true }],
    ["silk-16-bit.png", { depth: "ushort", space: "rgb16" }],
    ["rose-window-interlaced.png", { isProgressive: true }],
    ["snowflake-gray-alpha.png", { channels: 2 }],
  ])("%s has the trait that it is named for", async (name, trait) => {
    expect(await sharp(bytesOf(name)).metadata()).toMatchObject(trait);
  });

  it.each([
    ["seigaiha-lossy.webp", "VP8 "],
    ["bauhaus-lossless.webp", "VP8L"],
    ["jellyfish-alpha.webp", "VP8X"],
  ])("%s opens with the chunk %s", (name, chunk) => {
    expect(Buffer.from(bytesOf(name)).toString("latin1", 12, 16)).toBe(chunk);
  });

  it("has the frame header of the long-headed JPEG behind 128 KiB", async () => {
    const start = Buffer.from(bytesOf("skyline-long-head.jpg").subarray(0, 131_072));
    await expect(sharp(start).metadata()).rejects.toThrow();
  });

  it.each([
    ["lighthouse-orientation-6.jpg", { x: 70, y: 70, radius: 40 }],
    ["balloons-orientation-8.jpg", { x: 60, y: 60, radius: 36 }],
    ["sailboat-orientation-3.jpg", { x: 64, y: 64, radius: 38 }],
  ])("%s shows its arrow pointing up once it is turned", async (name, { x, y, radius }) => {
    const upright = sharp(await sharp(bytesOf(name)).autoOrient().png().toBuffer());
    const wing = Math.round(radius * 0.3);
    expect(await isRed(upright, x - wing, y - Math.round(radius * 0.18))).toBe(true);
    expect(await isRed(upright, x + wing, y - Math.round(radius * 0.18))).toBe(true);
    expect(await isRed(upright, x - wing, y + Math.round(radius * 0.3))).toBe(false);
    expect(await isRed(upright, x + wing, y + Math.round(radius * 0.3))).toBe(false);
  });

  it("animates: the frames differ from one another", async () => {
    for (const name of ["orbits-animated.webp", "pinwheel-animated.gif"]) {
      const first = await sharp(bytesOf(name), { page: 0 }).raw().toBuffer();
      const later = await sharp(bytesOf(name), { page: 5 }).raw().toBuffer();
      expect(later.equals(first)).toBe(false);
    }
  });

  it("lets the ground show through where it is transparent", async () => {
    for (const { name, bytes, facts } of images) {
      if (!facts.hasAlpha || facts.pages > 1) continue;
      const { isOpaque } = await sharp(bytes).stats();
      expect({ name, isOpaque }).toEqual({ name, isOpaque: false });
    }
  });
});
