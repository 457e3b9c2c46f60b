import type { Transaction } from "./acts.js";
import type { Props } from "./use-case.js";

/** Longer than any run. */
export const TRASH_SECONDS = 86_400;

/** Moves a file of the stage to the trash. */
export async function trash(
  { journal, collection, stage }: Props,
  at: number,
  transaction: Transaction | null = null,
): Promise<void> {
  const id = stage.files[at]?.id ?? "";
  await journal.call({ do: "trash", id }, () =>
    collection.delete(id, { restorableFor: TRASH_SECONDS, transaction }),
  );
}

/** Takes a file of the stage out of the trash. */
export async function restore(
  { journal, collection, stage }: Props,
  at: number,
  transaction: Transaction | null = null,
): Promise<void> {
  const id = stage.files[at]?.id ?? "";
  await journal.call({ do: "restore", id }, async () => {
    await collection.restore(id, { transaction });
  });
}
