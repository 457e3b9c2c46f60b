import { afterAll, beforeAll, describe, expect, it } from "@jest/globals";
import { validSamples } from "@repo/sample-media";
import sharp from "sharp";

import type { VariantFormat } from "../src/variants/recipe.js";
import { flacWithPicture, mp3WithPicture } from "./support/covers.js";
import { difference, madeBySharp } from "./support/likeness.js";
import { Renderer } from "./support/renderer.js";

const FORMATS: readonly VariantFormat[] = ["jpeg", "png", "webp", "avif"];
const ORIENTATIONS = [1, 2, 3, 4, 5, 6, 7, 8];
const [RED, BLUE] = ["#ff0000", "#0000ff"];

let renderer: Renderer;

beforeAll(() => {
  renderer = new Renderer();
});

afterAll(() => {
  renderer.close();
});

async function sampleNamed(name: string): Promise<Uint8Array> {
  const sample = (await validSamples()).find((each) => each.name === name);
  if (sample === undefined) throw new Error(`there is no sample ${name}`);
  return sample.bytes;
}

/** A red picture whose right half is blue. */
function twoHalves(width: number, height: number) {
  const half = { width: width / 2, height, channels: 3, background: BLUE } as const;
  return sharp({ create: { width, height, channels: 3, background: RED } })
    .composite([{ input: { create: half }, left: width / 2, top: 0 }])
    .removeAlpha();
}

/** The colour of a pixel, as RGB or RGBA. */
async function colourAt(bytes: Uint8Array, left: number, top: number): Promise<number[]> {
  const pixel = sharp(bytes).extract({ left, top, width: 1, height: 1 });
  return [...(await pixel.raw().toBuffer())];
}

describe("a variant", () => {
  it.each(ORIENTATIONS)("stands upright if the EXIF orientation is %i", async (orientation) => {
    const picture = sharp(await sampleNamed("alpine-dawn.jpg")).resize(300, 200, { fit: "fill" });
    const turned = await picture.withMetadata({ orientation }).jpeg().toBuffer();
    for (const recipe of [
      { width: 60, height: 60, position: "left top", format: "png" },
      { width: 75, format: "webp" },
    ] as const) {
      const { bytes, width, height } = await renderer.variant(turned, "jpeg", recipe);
      expect(await difference(bytes, await madeBySharp(turned, recipe))).toBeUndefined();
      expect(await sharp(bytes).metadata()).toMatchObject({ width, height });
      expect((await sharp(bytes).metadata()).orientation).toBeUndefined();
    }
  });

  it.each(ORIENTATIONS)(
    "keeps its focal point if the EXIF orientation is %i",
    async (orientation) => {
      const upright = await twoHalves(200, 40).png().toBuffer();
      // Stored so that the orientation turns it upright.
      const inverse = orientation === 6 ? 8 : orientation === 8 ? 6 : orientation;
      const marked = await sharp(upright).withMetadata({ orientation: inverse }).png().toBuffer();
      const stored = await sharp(marked)
        .autoOrient()
        .withMetadata({ orientation })
        .png()
        .toBuffer();
      const focus = async (x: number) => {
        const recipe = { width: 20, height: 20, position: { x, y: 0.5 }, format: "png" } as const;
        return colourAt((await renderer.variant(stored, "png", recipe)).bytes, 10, 10);
      };
      expect(await focus(0.1)).toEqual([255, 0, 0]);
      expect(await focus(0.9)).toEqual([0, 0, 255]);
    },
  );

  it.each(FORMATS)("in %s has no metadata of the original", async (format) => {
    const original = await sharp(await sampleNamed("alpine-dawn.jpg"))
      .withExif({ IFD0: { Copyright: "secret" } })
      .withXmp('<x:xmpmeta xmlns:x="adobe:ns:meta/"><secret/></x:xmpmeta>')
      .withIccProfile("p3")
      .jpeg()
      .toBuffer();
    expect(original.includes("secret")).toBe(true);
    const { bytes, contentType } = await renderer.variant(original, "jpeg", { width: 90, format });
    expect(contentType).toBe(`image/${format}`);
    const { exif, xmp, iptc, icc } = await sharp(bytes).metadata();
    expect({ exif, xmp, iptc, icc }).toEqual({});
    expect(Buffer.from(bytes).includes("secret")).toBe(false);
  });

  it("is sRGB, or keeps a wide profile and its colours if asked to", async () => {
    const wide = await sharp(await sampleNamed("alpine-dawn.jpg"))
      .withIccProfile("p3")
      .jpeg()
      .toBuffer();
    for (const profile of ["srgb", "keep"] as const) {
      const recipe = { width: 120, height: 90, format: "png", profile } as const;
      const { bytes } = await renderer.variant(wide, "jpeg", recipe);
      expect(await difference(bytes, await madeBySharp(wide, recipe))).toBeUndefined();
      expect((await sharp(bytes).metadata()).hasProfile).toBe(profile === "keep");
    }
  });

  it.each([
    ["CMYK", "koi-pond-cmyk.jpg", "jpeg"],
    ["grey", "moonlit-dunes-gray.jpg", "jpeg"],
    ["16-bit", "silk-16-bit.png", "png"],
  ] as const)(
    "of a %s picture is sRGB with 8 bits, even if its profile is to be kept",
    async (...row) => {
      const [, name, source] = row;
      const recipe = { width: 80, format: "png", profile: "keep" } as const;
      const { bytes } = await renderer.variant(await sampleNamed(name), source, recipe);
      expect(await sharp(bytes).metadata()).toMatchObject({
        space: "srgb",
        depth: "uchar",
        hasProfile: false,
      });
    },
  );

  it.each([
    ["png", undefined, [255, 0, 0, 0]],
    ["jpeg", undefined, [255, 255, 255]],
    ["jpeg", "#00ff00", [0, 255, 1]],
  ] as const)("in %s on %s shows what is transparent as %j", async (format, background, shown) => {
    const create = { width: 64, height: 64, channels: 4, background: "#ff000000" } as const;
    const original = await sharp({ create }).png().toBuffer();
    const recipe = { width: 32, format, background };
    const { bytes } = await renderer.variant(original, "png", recipe);
    const colour = await colourAt(bytes, 16, 16);
    expect(colour).toHaveLength(shown.length);
    expect(colour.at(3)).toBe(shown.at(3));
    if (format === "jpeg") expect(colour).toEqual(shown);
  });

  it.each(["webp", "avif"] as const)("in %s keeps transparency", async (format) => {
    const original = await sampleNamed("jellyfish-alpha.webp");
    const { bytes } = await renderer.variant(original, "webp", { width: 64, format });
    expect((await sharp(bytes).metadata()).hasAlpha).toBe(true);
  });

  it.each([
    ["orbits-animated.webp", "webp"],
    ["pinwheel-animated.gif", "gif"],
  ] as const)(
    "of %s keeps all frames if asked to and if they are not too many pixels",
    async (...row) => {
      const [name, source] = row;
      const original = await sampleNamed(name);
      const { pages, delay } = await sharp(original).metadata();
      const recipe = { width: 60, height: 50, format: "webp", animated: true } as const;

      const { bytes, pageCount, height } = await renderer.variant(original, source, recipe);
      expect({ pageCount, height }).toEqual({ pageCount: pages, height: 50 });
      expect((await sharp(bytes).metadata()).delay).toEqual(delay);
      expect(await difference(bytes, await madeBySharp(original, recipe))).toBeUndefined();

      const still = { ...recipe, animated: false };
      expect((await renderer.variant(original, source, still)).pageCount).toBe(1);
      const { width: w, pageHeight: h = 0 } = await sharp(original, {
        animated: true,
      }).metadata();
      expect((await renderer.variant(original, source, recipe, w * h * 2)).pageCount).toBe(1);
    },
  );
});

describe("a placeholder", () => {
  it.each([
    "alpine-dawn.jpg",
    "jellyfish-alpha.webp",
    "coral-pixel.png",
    "snowflake-gray-alpha.png",
  ])("of %s is a ThumbHash of at most 25 bytes, with or without variants", async (name) => {
    const bytes = await sampleNamed(name);
    const alone = await renderer.render(bytes, { placeholder: true });
    const beside = await renderer.render(bytes, {
      placeholder: true,
      recipes: [{ width: 300, format: "webp" }],
    });
    expect(alone).toMatchObject({ pictures: [] });
    expect("placeholder" in alone && alone.placeholder?.length).toBeLessThanOrEqual(25);
    expect("placeholder" in beside && beside.placeholder).toEqual(
      "placeholder" in alone && alone.placeholder,
    );
  });
});

describe("a cover", () => {
  it("of an MP3 or FLAC file is the source of its variants", async () => {
    const picture = await twoHalves(80, 40).jpeg().toBuffer();
    const recipe = { width: 40, height: 20, format: "png" } as const;
    const expected = await madeBySharp(picture, recipe);
    const mp3 = mp3WithPicture(await sampleNamed("kite-festival.mp3"), picture);
    const flac = flacWithPicture(await sampleNamed("music-box.flac"), picture);
    for (const [bytes, source] of [
      [mp3, "mp3"],
      [flac, "flac"],
    ] as const) {
      const { bytes: made } = await renderer.variant(bytes, source, recipe);
      expect(await difference(made, expected)).toBeUndefined();
    }
  });

  it("is missing if the file has none, if it is no picture or if the file cannot be read", async () => {
    const song = await sampleNamed("kite-festival.mp3");
    const unknown = mp3WithPicture(song, Buffer.from("<svg xmlns='http://www.w3.org/2000/svg'/>"));
    for (const bytes of [song, unknown, Buffer.alloc(100)]) {
      expect(await renderer.render(bytes, { source: "mp3", placeholder: true })).toEqual({
        noCover: true,
      });
    }
  });
});

describe("a hostile picture", () => {
  const recipes = [{ width: 320, height: 320, format: "webp", animated: true }] as const;

  it("with more pixels than the limit is refused", async () => {
    const create = { width: 9000, height: 9000, channels: 3, background: "red" } as const;
    const bomb = await sharp({ create }).png().toBuffer();
    expect(await renderer.render(bomb, { recipes })).toMatchObject({
      damage: { summary: "it has more pixels than the limit" },
    });
  });

  it("that is one pixel wide is refused if a variant of it would be huge, else shown", async () => {
    const create = { width: 1, height: 65_535, channels: 3, background: "red" } as const;
    const line = await sharp({ create }).png().toBuffer();
    const damage = { summary: "a variant of it would have more pixels than the limit" };
    expect(await renderer.render(line, { recipes })).toMatchObject({ damage });
    const inside = { width: 320, height: 320, fit: "inside", format: "webp" } as const;
    expect(await renderer.variant(line, "png", inside)).toMatchObject({ width: 1, height: 320 });
  });

  it("of 30,000 frames is shown by its first", async () => {
    const header = "47494638396101000100800000000000ffffff";
    const frame = "21f90400010000002c0000000001000100000202440100";
    const bytes = Buffer.from(`${header}${frame.repeat(30_000)}3b`, "hex");
    expect(await renderer.render(bytes, { source: "gif", recipes })).toMatchObject({
      pictures: [{ width: 320, height: 320, pageCount: 1 }],
    });
  });

  it("that is cut short is refused, and the next one is made", async () => {
    const whole = await sampleNamed("alpine-dawn.jpg");
    const cut = whole.subarray(0, whole.length / 2);
    expect(await renderer.render(cut, { source: "jpeg", recipes })).toMatchObject({
      damage: { summary: "it is cut short" },
    });
    expect(await renderer.render(whole, { source: "jpeg", recipes })).toHaveProperty("pictures");
  });
});
