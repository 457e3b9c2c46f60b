import type { MediaKind } from "@repo/media-inspection";

import { checkFileId } from "../checks.js";
import type { ReadOf } from "../dto/dtos-of-kind.js";
import type { StatementOptions } from "../repo/statements.js";
import { changeError } from "./change-error.js";
import type { CollectionScope } from "./dependencies.js";
import type { GivenValues } from "./given-values.js";
import { KIND_RULES } from "./kind-rules.js";

/**
 * Changes what was said of a file of the scope's owner.
 *
 * @throws FileNotFoundError (`file_not_found`), AccessDeniedError (`access_denied`)
 */
export async function changeFile<K extends MediaKind>(
  { dependencies, kind, owner }: CollectionScope<K>,
  id: string,
  values: GivenValues,
  { transaction }: StatementOptions,
): Promise<ReadOf<K>> {
  const files = dependencies.files[kind];
  const fileId = checkFileId(id);
  const row = await files.update(fileId, owner, { ...values }, { transaction });
  if (row !== null) return KIND_RULES[kind].read(row);
  const seen = await files.visibleById(fileId, owner, { transaction, decides: true });
  throw changeError(id, seen, owner);
}
