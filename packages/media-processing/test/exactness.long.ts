import { existsSync, readFileSync } from "node:fs";
import { join, resolve } from "node:path";
import { fileURLToPath } from "node:url";

import { afterAll, beforeAll, describe, expect, it } from "@jest/globals";
import { validSamples } from "@repo/sample-media";
import sharp from "sharp";

import type { RenderData } from "../src/jobs/render.js";
import type { VariantRecipe } from "../src/variants/recipe.js";
import { deviations, RECIPES } from "./support/deviations.js";
import { Renderer } from "./support/renderer.js";

const IMAGES: readonly string[] = ["jpeg", "png", "webp", "gif"];

interface ListedFile {
  file: string;
  class: string;
  expect: { format: string | null };
}

/** Milliseconds. Large pictures take a busy machine long. */
const TIMEOUT = 300_000;

const BESIDE_REPOSITORY = fileURLToPath(new URL("../../../../shared", import.meta.url));

/** The folder of real media files: TEST_CORPUS, else `shared/corpus` beside the repository. */
const CORPUS = resolve(process.env["TEST_CORPUS"] ?? join(BESIDE_REPOSITORY, "corpus"));
const manifest = join(CORPUS, "manifest.json");
const hasCorpus = existsSync(manifest);
const listed = hasCorpus ? (JSON.parse(readFileSync(manifest, "utf8")) as ListedFile[]) : [];
const corpusImages = listed.filter(
  ({ class: kind, expect: { format } }) => kind === "valid" && IMAGES.includes(format ?? ""),
);
const samples = (await validSamples()).filter(({ format }) => IMAGES.includes(format));

if (!hasCorpus) {
  process.stdout.write(`no media corpus in ${CORPUS}: its tests are skipped; set TEST_CORPUS\n`);
}

let renderer: Renderer;

beforeAll(() => {
  renderer = new Renderer();
});

afterAll(() => {
  renderer.close();
});

describe("variants that are made in one job", () => {
  it.each(samples)(
    "of $name are what sharp alone makes",
    async ({ bytes, format }) => {
      expect(await deviations(renderer, bytes, format)).toEqual([]);
    },
    TIMEOUT,
  );

  (hasCorpus ? it.each(corpusImages) : it.skip.each(corpusImages))(
    "of $file are what sharp alone makes",
    async (entry) => {
      const bytes = readFileSync(join(CORPUS, entry.file));
      expect(
        await deviations(renderer, bytes, entry.expect.format as RenderData["source"]),
      ).toEqual([]);
    },
    TIMEOUT,
  );

  it.each(["jpeg", "png"] as const)(
    "of a large turned %s are what sharp alone makes",
    async (format) => {
      const [sample] = samples.filter(({ name }) => name === "alpine-dawn.jpg");
      const large = await sharp(sample?.bytes)
        .resize(2401, 1601, { fit: "fill" })
        .withMetadata({ orientation: 6 })
        .toFormat(format)
        .toBuffer();
      const widths = [800, 400, 300, 150, 33];
      const recipes = widths.map((width): VariantRecipe => ({ width, format: "png" }));
      expect(await deviations(renderer, large, format, [...RECIPES, ...recipes])).toEqual([]);
    },
    TIMEOUT,
  );
});
