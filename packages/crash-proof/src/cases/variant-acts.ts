import { keyOfUrl } from "../key-of-url.js";
import type { RecipeName } from "./recipes.js";
import type { Props } from "./use-case.js";

/** Asks for a variant of a file of the stage, which is made where it is missing. */
export async function makeVariant(
  { journal, stage, ...props }: Props,
  at: number,
  recipe: RecipeName,
  collection = props.collection,
): Promise<void> {
  const id = stage.files[at]?.id ?? "";
  await journal.call(
    { do: "variant", id, recipe },
    () => collection.variant(id, recipe),
    ({ url }) => ({ s3Key: keyOfUrl(url) }),
  );
}

/** Signs a URL of the variant that there is of a file of the stage. */
export async function showVariant(
  { journal, stage, collection }: Props,
  at: number,
  variant: RecipeName,
): Promise<void> {
  const id = stage.files[at]?.id ?? "";
  await journal.call(
    { do: "show", id },
    () => collection.url(id, { variant }),
    ({ url }) => ({ s3Key: keyOfUrl(url) }),
  );
}

/** Makes the variants that files lack, one file after the other, and removes those of unknown recipes. */
export async function fill({ journal, maintenance }: Props): Promise<void> {
  await journal.call({ do: "fill" }, () =>
    maintenance.makeVariants({ parallel: 1, dropUndefined: true }),
  );
}
