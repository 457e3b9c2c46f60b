import type { ObjectStoreOptions } from "@repo/object-store";

type Recipes = NonNullable<ObjectStoreOptions["variants"]>;

/** Tiny, as nobody looks at the pictures. */
export const RECIPES = {
  thumb: { width: 16, height: 16, format: "webp" },
  page: { width: 24, format: "png" },
} as const satisfies Recipes;

/** As the version of the application before had them, which made what is on the stage. */
export const EARLIER_RECIPES = {
  ...RECIPES,
  thumb: { width: 8, height: 8, format: "webp" },
  banner: { width: 32, format: "jpeg" },
} as const satisfies Recipes;

export type RecipeName = keyof typeof EARLIER_RECIPES;
