import type { MediaKind } from "@repo/media-inspection";

import { checkFileId } from "../checks.js";
import type { ReadOf } from "../dto/dtos-of-kind.js";
import { FileNotFoundError } from "../errors.js";
import type { StatementOptions } from "../repo/statements.js";
import type { CollectionScope } from "./dependencies.js";
import { KIND_RULES } from "./kind-rules.js";

/**
 * Takes a file of the scope's owner out of the trash.
 *
 * @throws FileNotFoundError (`file_not_found`)
 */
export async function restoreFile<K extends MediaKind>(
  { dependencies, kind, owner }: CollectionScope<K>,
  id: string,
  { transaction }: StatementOptions,
): Promise<ReadOf<K>> {
  const row = await dependencies.files[kind].restore(checkFileId(id), owner, { transaction });
  if (row === null) throw new FileNotFoundError(id);
  return KIND_RULES[kind].read(row);
}
