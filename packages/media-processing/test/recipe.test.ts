import { describe, expect, it } from "@jest/globals";
import sharp from "sharp";

import { variantSize } from "../src/variants/placement.js";
import { recipeDigest, recipeProblem, type VariantRecipe } from "../src/variants/recipe.js";

describe("recipeDigest", () => {
  it("stays the same in every version: a new one makes all variants anew", () => {
    expect(recipeDigest({ width: 320, format: "webp" })).toBe(
      "f7b457dc5fe9177f31a2ec115525e224401d38b37fdfbfc41a1647cabd36080a",
    );
  });

  it("ignores the order of options, defaults that are spelled out and how a colour is written", () => {
    const digest = recipeDigest({ width: 320, height: 200, format: "avif" });
    const spelledOut = {
      animated: false,
      background: "#FFF",
      effort: 2,
      quality: 50,
      fit: "cover",
      position: "centre",
      profile: "srgb",
      withoutEnlargement: false,
      format: "avif",
      height: 200,
      width: 320,
    } as const;
    expect(recipeDigest(spelledOut)).toBe(digest);
  });

  it.each<Partial<VariantRecipe>>([
    { width: 321 },
    { fit: "contain" },
    { position: "attention" },
    { position: { x: 0.5, y: 0.5 } },
    { background: "#000" },
    { format: "png" },
    { quality: 79 },
    { effort: 5 },
    { withoutEnlargement: true },
    { profile: "keep" },
    { animated: true },
  ])("changes with %j", (change) => {
    const recipe = { width: 320, height: 200, format: "webp" } as const;
    expect(recipeDigest({ ...recipe, ...change })).not.toBe(recipeDigest(recipe));
  });
});

describe("recipeProblem", () => {
  it.each<VariantRecipe>([
    { width: 1, format: "png" },
    { height: 16_383, format: "jpeg", quality: 100, background: "#1234" },
    { width: 9, height: 9, format: "webp", effort: 0, position: { x: 0, y: 1 }, animated: true },
    { width: 9, height: 9, format: "avif", effort: 9, fit: "contain", position: "left top" },
  ])("finds none in %j", (recipe) => {
    expect(recipeProblem(recipe)).toBeUndefined();
  });

  it.each<[object, string]>([
    [{ format: "webp" }, "it needs a width or a height"],
    [{ width: 0, format: "webp" }, "its width must be an integer from 1 to 16383"],
    [{ height: 1.5, format: "webp" }, "its height must be an integer from 1 to 16383"],
    [{ width: 9, format: "gif" }, "its format must be one of jpeg, png, webp, avif"],
    [
      { width: 9, format: "webp", fit: "crop" },
      "its fit must be one of cover, contain, inside, outside, fill",
    ],
    [
      { width: 9, format: "webp", position: "attention" },
      "its position needs fit cover with a width and a height",
    ],
    [
      { width: 9, height: 9, format: "webp", position: { x: 2, y: 0 } },
      "its position must be attention, entropy, a focal point or one of centre, top, right top, right, right bottom, bottom, left bottom, left, left top",
    ],
    [
      { width: 9, format: "webp", background: "white" },
      "its background must be a colour such as #fff, #ffffff or #ffffff00",
    ],
    [{ width: 9, format: "png", quality: 80 }, "png has no quality"],
    [{ width: 9, format: "jpeg", quality: 101 }, "its quality must be an integer from 1 to 100"],
    [{ width: 9, format: "jpeg", effort: 2 }, "jpeg has no effort"],
    [{ width: 9, format: "webp", effort: 7 }, "its effort must be an integer from 0 to 6"],
    [{ width: 9, format: "webp", profile: "p3" }, "its profile must be srgb or keep"],
    [
      { width: 9, format: "webp", withoutEnlargement: "yes" },
      "its withoutEnlargement must be true or false",
    ],
    [{ width: 9, format: "avif", animated: true }, "only WebP can be animated"],
  ])("names that of %j", (recipe, problem) => {
    expect(recipeProblem(recipe as VariantRecipe)).toBe(problem);
  });
});

describe("variantSize", () => {
  const sides = [
    { width: 100 },
    { height: 100 },
    { width: 100, height: 70 },
    { width: 500, height: 500 },
  ];
  const fits = ["cover", "contain", "inside", "outside", "fill"] as const;
  const recipes = sides.flatMap((side) =>
    fits.flatMap((fit) =>
      [false, true].map((withoutEnlargement) => ({ ...side, fit, withoutEnlargement })),
    ),
  );

  it.each(recipes)("is the size that sharp gives a variant: %j", async (recipe) => {
    for (const displayed of [
      { width: 333, height: 211 },
      { width: 40, height: 601 },
      { width: 3, height: 2000 },
    ]) {
      const image = sharp({ create: { ...displayed, channels: 3, background: "red" } });
      const { info } = await image.resize(recipe).raw().toBuffer({ resolveWithObject: true });
      const { width, height } = info;
      expect(variantSize({ ...recipe, format: "png" }, displayed)).toEqual({ width, height });
    }
  });
});
