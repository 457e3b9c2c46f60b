import type { MediaKind } from "@repo/media-inspection";

import { type Checked, checkFileId } from "../checks.js";
import { toVariantRead, type VariantRead } from "../dto/variant-read.js";
import { FileNotFoundError } from "../errors.js";
import type { MakeVariantOptions } from "../provider.js";
import { abortable } from "../upload/abort.js";
import type { CollectionScope } from "./dependencies.js";
import { checkUrlOptions, signShown } from "./urls.js";

/** Gives a variant of a file, and makes it where it is missing. */
export async function makeVariant(
  { dependencies, kind, owner }: CollectionScope<MediaKind>,
  id: string,
  name: string,
  { signal, urlExpiresIn }: Checked<MakeVariantOptions>,
): Promise<VariantRead> {
  const { files, variants, s3, calls, maker } = dependencies;
  const given = { variant: name, expiresIn: urlExpiresIn };
  const urlOptions = checkUrlOptions(given, dependencies, "urlExpiresIn");
  const recipe = dependencies.recipes.get(name);
  const file = await files[kind].visibleById(checkFileId(id), owner, { decides: true });
  if (file === null) throw new FileNotFoundError(id);
  const of = { kind, fileId: file.id, recipe: recipe.name, digest: recipe.digest };
  const ready = (await variants.state(of))?.variant ?? undefined;
  if (ready === undefined) {
    const making = maker.make(kind, file, recipe);
    // It goes on when this caller gives up: others may wait for it.
    calls.hold(making.catch(() => undefined));
    file.variant = await abortable(making, signal);
  } else file.variant = ready;
  const signed = await signShown(s3, file, urlOptions);
  if (signed === undefined) throw new FileNotFoundError(id);
  return toVariantRead(file.variant, signed);
}
