import { SetupError } from "@repo/command-line/setup-error";

import type { OpenStore } from "../subjects/object-store.js";
import { deleteEverything } from "./delete-everything.js";
import type { Tally } from "./load/tally.js";
import { countStored } from "./stored.js";
import type { Summary } from "./summary.js";

/**
 * Counts what is stored, deletes it, and counts what is left.
 *
 * @throws SetupError when the servers do not answer any more; it tells what failed before
 */
export async function emptied(
  store: OpenStore,
  tally: Tally,
): Promise<Pick<Summary, "afterLoad" | "afterDeletion">> {
  try {
    const afterLoad = await countStored(store);
    await deleteEverything(store.scope, tally);
    return { afterLoad, afterDeletion: await countStored(store) };
  } catch (cause) {
    const first = tally.failureMessages[0] ?? "none";
    throw new SetupError(
      `What is stored cannot be counted, after ${tally.failures} failures. The first: ${first}`,
      { cause },
    );
  }
}
