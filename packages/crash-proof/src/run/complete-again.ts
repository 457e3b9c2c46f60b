import type { createDatabase } from "@repo/database";
import type { AudioCollection, ImageCollection } from "@repo/object-store";

import { errorCode } from "../error-code.js";
import type { Entry } from "../journal.js";
import type { Call } from "../judgement/calls.js";
import { expireClaims } from "./converge.js";

/**
 * Completes the direct uploads once more whose clients have said that all was sent. Gives what this
 * adds to the journal.
 *
 * @param storedSha256 that of the file that comes of what was sent, by its SHA-256
 */
export async function completeAgain(
  database: ReturnType<typeof createDatabase>,
  collection: ImageCollection | AudioCollection,
  calls: readonly Call[],
  storedSha256: (sent: string) => string,
): Promise<Entry[]> {
  // Before that it would wait for whoever was completing it, and for all it knows still does.
  await expireClaims(database);
  const added: Entry[] = [];
  for (const [at, { intent, fate }] of calls.entries()) {
    if (intent.do !== "send" || fate !== "applied") continue;
    const { directUpload } = intent;
    const sha256 = storedSha256(intent.sha256);
    const call = 1_000 + at;
    const again = { do: "complete", directUpload, sha256 } as const;
    added.push({ entry: "begun", call, intent: again, inTransaction: false });
    try {
      const { file } = await collection.completeDirectUpload(directUpload);
      added.push({ entry: "done", call, id: file.id, sha256: file.sha256 });
    } catch (error) {
      const code = errorCode(error);
      if (code === undefined) throw error;
      added.push({ entry: "failed", call, code, message: String(error) });
    }
  }
  return added;
}
