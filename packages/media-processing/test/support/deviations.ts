import type { RenderData } from "../../src/jobs/render.js";
import type { VariantRecipe } from "../../src/variants/recipe.js";
import { difference, madeBySharp } from "./likeness.js";
import type { Renderer } from "./renderer.js";

export const RECIPES: readonly VariantRecipe[] = [
  { width: 640, format: "png", withoutEnlargement: true },
  { width: 250, format: "webp", withoutEnlargement: true },
  { width: 160, height: 160, format: "jpeg" },
  { width: 96, height: 64, position: "right top", format: "png" },
  { width: 120, height: 100, fit: "contain", background: "#204060", format: "jpeg" },
  { width: 100, height: 100, fit: "inside", format: "avif" },
  { width: 100, height: 100, fit: "outside", format: "png" },
  { width: 90, height: 70, fit: "fill", format: "png" },
  { height: 75, format: "png" },
  { width: 64, height: 64, position: "attention", format: "png" },
  { width: 64, height: 64, position: "entropy", format: "png" },
];

/** The recipes whose variants, made in one job, are not what sharp alone makes. */
export async function deviations(
  renderer: Renderer,
  bytes: Uint8Array,
  source: RenderData["source"],
  recipes = RECIPES,
): Promise<string[]> {
  const pictures = await renderer.variants(bytes, source, recipes);
  const found: string[] = [];
  for (const [index, recipe] of recipes.entries()) {
    const made = pictures[index]?.bytes ?? Buffer.of();
    const deviation = await difference(made, await madeBySharp(bytes, recipe));
    if (deviation !== undefined) found.push(`${JSON.stringify(recipe)}: ${deviation}`);
  }
  return found;
}
