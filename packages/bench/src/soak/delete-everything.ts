import type { MediaScope } from "@repo/object-store";

import type { Tally } from "./load/tally.js";

/** Deletes every file of the scope; what cannot be deleted is a failure. */
export async function deleteEverything(scope: MediaScope, tally: Tally): Promise<void> {
  for (const collection of [scope.images, scope.audio]) {
    const ids: string[] = [];
    for await (const { id } of collection.all()) ids.push(id);
    for (const result of await collection.deleteMany(ids)) {
      if (!result.deleted) tally.failed("deleteMany", result.error);
    }
  }
}
