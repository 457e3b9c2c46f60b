import type { StoredObjectModel } from "../models/stored-object.model.js";
import { checkUserId } from "../service/check.js";
import { tombstoneSeconds } from "../upload/tombstone.js";
import type { ErasureLine, ErasureReceipt, EraseOptions } from "./contract.js";
import { abortUploads, eraseStrays } from "./erase-strays.js";
import type { ErasedKind, Erasure } from "./erasure.js";
import { throwIfAborted } from "../throw-if-aborted.js";

/** As many keys as one DeleteObjects takes. */
const BATCH = 1000;

/** Rows first, so that uploads under way have lost; then whatever else is left under the user's keys. */
export async function eraseUser(
  kinds: readonly ErasedKind[],
  tools: Pick<Erasure, "s3" | "logger" | "leaseSeconds">,
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
  let isClean = true;
  for (const kind of kinds) {
    await eraseRows(kind, erasure);
    isClean = (await abortUploads(kind, erasure)) && isClean;
    isClean = (await eraseStrays(kind, erasure)) && isClean;
  }
  let rows = 0;
  for (const { repo } of kinds) rows += await repo.countOf(erasure.userId);
  const complete = isClean && rows === 0 && lines.every(({ outcome }) => outcome !== "failed");
  return { userId: erasure.userId, startedAt, finishedAt: new Date(), complete, lines };
}

async function eraseRows(kind: ErasedKind, erasure: Erasure): Promise<void> {
  const { userId, s3, leaseSeconds, signal } = erasure;
  const { repo } = kind;
  const claim = {
    userId,
    limit: BATCH,
    leaseSeconds,
    tombstoneSeconds: tombstoneSeconds(leaseSeconds),
  };
  let after: string | undefined;
  for (;;) {
    const rows = await repo.claim({ ...claim, after });
    if (rows.length === 0) return;
    const keys = rows.map(({ s3Key }) => s3Key);
    const failed = new Set((await s3.deleteMany(keys, { signal })).failed.map(({ key }) => key));
    const outcomeOf = (row: StoredObjectModel): ErasureLine["outcome"] => {
      if (failed.has(row.s3Key)) return "failed";
      return repo.staysOf(row) ? "tombstone" : "erased";
    };
    const idsOf = (outcome: ErasureLine["outcome"]): string[] =>
      rows.filter((row) => outcomeOf(row) === outcome).map(({ id }) => id);
    await repo.deleteAll(idsOf("erased"));
    for (const row of rows) {
      const { id: fileId, s3Key: key, byteSize } = row;
      const sha256 = row.sha256?.toString("hex") ?? null;
      const facts = { key, kind: kind.kind, fileId, was: repo.wasOf(row), byteSize, sha256 };
      erasure.write({ ...facts, outcome: outcomeOf(row) });
    }
    after = rows
      .map(({ id }) => id)
      .sort()
      .at(-1);
    erasure.batchDone();
  }
}
