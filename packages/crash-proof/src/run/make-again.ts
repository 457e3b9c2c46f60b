import type { AudioCollection, ImageCollection } from "@repo/object-store";

import { errorCode } from "../error-code.js";
import type { Entry } from "../journal.js";
import type { Call } from "../judgement/calls.js";
import { keyOfUrl } from "../key-of-url.js";

/** Asks once more for the variants that were asked for. Gives what this adds to the journal. */
export async function makeAgain(
  collection: ImageCollection | AudioCollection,
  calls: readonly Call[],
): Promise<Entry[]> {
  const added: Entry[] = [];
  for (const [at, { intent }] of calls.entries()) {
    if (intent.do !== "variant") continue;
    const call = 1_000 + at;
    added.push({ entry: "begun", call, intent, inTransaction: false });
    try {
      const { url } = await collection.variant(intent.id, intent.recipe);
      added.push({ entry: "done", call, s3Key: keyOfUrl(url) });
    } catch (error) {
      const code = errorCode(error);
      if (code === undefined) throw error;
      added.push({ entry: "failed", call, code, message: String(error) });
    }
  }
  return added;
}
