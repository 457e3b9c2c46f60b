import { recipeDigest, recipeProblem, type VariantRecipe } from "@repo/media-processing";

import { checkOptions } from "../checks.js";
import { described } from "../described.js";
import { InvalidInputError } from "../errors.js";

/** A recipe by its name, as the application gave it. */
export interface Recipe {
  readonly name: string;
  /** Another one for every other picture that the recipe can make. */
  readonly digest: string;
  readonly options: VariantRecipe;
}

const NAME = /^[a-z0-9][a-z0-9_-]{0,63}$/i;
const MAX_RECIPES = 100;

/** The recipes of a store. Only their names reach a call, so that nobody can ask for arbitrary sizes. */
export class Recipes {
  readonly #recipes: ReadonlyMap<string, Recipe>;

  /** @throws InvalidInputError (`invalid_input`) */
  constructor(given: unknown) {
    const entries = Object.entries(checkOptions(given as Record<string, unknown> | undefined));
    if (entries.length > MAX_RECIPES) {
      throw new InvalidInputError(`variants holds at most ${MAX_RECIPES} recipes.`);
    }
    this.#recipes = new Map(entries.map(([name, recipe]) => [name, checked(name, recipe)]));
  }

  /** In the order in which they were given. */
  [Symbol.iterator](): Iterator<Recipe> {
    return this.#recipes.values();
  }

  /**
   * The recipes of some names.
   *
   * @throws InvalidInputError (`invalid_input`)
   */
  all(names: unknown = []): Recipe[] {
    if (Array.isArray(names) && names.length <= MAX_RECIPES) {
      return [...new Set<unknown>(names)].map((name) => this.get(name));
    }
    const came = Array.isArray(names) ? `one of ${names.length}` : described(names);
    throw new InvalidInputError(
      `variants must be an array of at most ${MAX_RECIPES} names, and ${came} came.`,
    );
  }

  /** @throws InvalidInputError (`invalid_input`) */
  get(name: unknown): Recipe {
    const recipe = typeof name === "string" ? this.#recipes.get(name) : undefined;
    if (recipe !== undefined) return recipe;
    const known = [...this.#recipes.keys()].join(", ");
    const expected = known === "" ? "there are none: see the option variants" : `one of ${known}`;
    throw new InvalidInputError(
      `variant must name a recipe (${expected}), and ${described(name)} came.`,
    );
  }
}

function checked(name: string, given: unknown): Recipe {
  if (!NAME.test(name)) {
    throw new InvalidInputError(
      "The names of variants have 1 to 64 letters, digits, hyphens and underscores, and begin with a letter or digit.",
    );
  }
  if (typeof given !== "object" || given === null) {
    throw new InvalidInputError(`variants.${name} must be a recipe, and ${described(given)} came.`);
  }
  const options = Object.freeze({ ...given }) as VariantRecipe;
  const problem = recipeProblem(options);
  if (problem !== undefined) throw new InvalidInputError(`variants.${name}: ${problem}.`);
  return { name, digest: recipeDigest(options), options };
}
