import { MEDIA_KINDS } from "../kinds.js";
import { checkUserId } from "../service/check.js";
import { settleSeconds } from "../upload/late-requests.js";
import type { ErasureLine, ErasureReceipt, EraseOptions } from "./contract.js";
import { abortUploads, eraseStrays } from "./erase-strays.js";
import type { ErasedKind, Erasure } from "./erasure.js";
import { throwIfAborted } from "../throw-if-aborted.js";

/** As many keys as one DeleteObjects takes. */
const BATCH = 1000;

/** Every id sorts behind it. */
const NIL = "00000000-0000-0000-0000-000000000000";

/**
 * First what is unfinished, so that uploads under way have lost, then files, then whatever else is
 * left under the user's keys.
 */
export async function eraseUser(
  kinds: readonly ErasedKind[],
  tools: Pick<Erasure, "repo" | "journal" | "keys" | "s3" | "logger" | "leaseSeconds">,
  userId: string,
  { signal, onProgress, onLine }: EraseOptions,
): Promise<ErasureReceipt> {
  const startedAt = new Date();
  const lines: ErasureLine[] = [];
  const erasure: Erasure = {
    ...tools,
    userId: checkUserId(userId),
    signal,
    write(line) {
      lines.push(line);
      onLine?.(line);
    },
    batchDone() {
      onProgress?.({ lines: lines.length });
      throwIfAborted(signal);
    },
  };
  const { repo, leaseSeconds } = erasure;
  await repo.endStaged(erasure.userId, settleSeconds(leaseSeconds));
  await eraseUnfinished(erasure);
  for (const kind of kinds) await eraseFiles(kind, erasure);
  let isClean = true;
  for (const kind of ["direct_upload", ...MEDIA_KINDS] as const) {
    isClean = (await abortUploads(kind, erasure)) && isClean;
    isClean = (await eraseStrays(kind, erasure)) && isClean;
  }
  const rows = await repo.countOf(erasure.userId);
  const complete = isClean && rows === 0 && lines.every(({ outcome }) => outcome !== "failed");
  return { userId: erasure.userId, startedAt, finishedAt: new Date(), complete, lines };
}

async function eraseUnfinished(erasure: Erasure): Promise<void> {
  const { userId, repo, leaseSeconds } = erasure;
  const claim = { limit: BATCH, leaseSeconds, settleSeconds: settleSeconds(leaseSeconds) };
  let after = NIL;
  for (;;) {
    const claimed = await repo.claim(userId, { ...claim, after });
    if (claimed.length === 0) return;
    await eraseBatch(
      erasure,
      claimed.map(({ row: { id, s3Key, kind, settledAt }, was }) => {
        return { id, key: s3Key, kind, was, byteSize: null, sha256: null, until: settledAt };
      }),
    );
    after = claimed.reduce((last, { row: { id } }) => (id > last ? id : last), after);
  }
}

/** Files that a transaction of a caller's holds are passed over. */
async function eraseFiles({ kind, files }: ErasedKind, erasure: Erasure): Promise<void> {
  const { userId, leaseSeconds } = erasure;
  let after = NIL;
  for (;;) {
    const page = await files.page(userId, after, BATCH);
    const last = page.at(-1);
    if (last === undefined) return;
    const ids = page.map(({ id }) => id);
    const { removed, inUse } = await files.remove(ids, userId, { leaseSeconds, skipLocked: true });
    const linesOf = (rows: typeof page): Erased[] =>
      rows.map(({ id, s3Key, byteSize, sha256, unansweredUntil }) => {
        const facts = { byteSize, sha256: sha256.toString("hex"), until: unansweredUntil };
        return { id, key: s3Key, kind, was: "file", ...facts };
      });
    for (const line of linesOf(page.filter(({ id }) => inUse.has(id)))) {
      const constraint = inUse.get(line.id)?.constraint ?? null;
      erasure.write(toLine(line, { outcome: "in_use", constraint }));
    }
    await eraseBatch(erasure, linesOf(removed));
    after = last.id;
  }
}

type Erased = Pick<ErasureLine, "key" | "kind" | "was" | "byteSize" | "sha256" | "until"> & {
  id: string;
};

/** Removes the objects of removals, and ends those that no request can bring back. */
async function eraseBatch(
  { s3, journal, signal, write, batchDone }: Erasure,
  batch: readonly Erased[],
): Promise<void> {
  const { failed } = await s3.deleteMany(
    batch.map(({ key }) => key),
    { signal },
  );
  const kept = new Set(failed.map(({ key }) => key));
  const gone = await journal.forget(batch.filter(({ key }) => !kept.has(key)).map(({ id }) => id));
  for (const line of batch) {
    if (kept.has(line.key)) write(toLine(line, { outcome: "failed" }));
    else write(toLine(line, { outcome: gone.has(line.id) ? "erased" : "tombstone" }));
  }
  batchDone();
}

function toLine(
  { id: fileId, until, ...facts }: Erased,
  { outcome, constraint = null }: { outcome: ErasureLine["outcome"]; constraint?: string | null },
): ErasureLine {
  return { ...facts, fileId, outcome, until: outcome === "tombstone" ? until : null, constraint };
}
