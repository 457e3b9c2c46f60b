import type { Expectations } from "./expectations.js";
import type { Findings } from "./findings.js";
import type { Observed } from "./observed.js";

/** A variant that was shown stays, and shows what its row says; why one could not be made is kept. */
export function judgeVariants(
  { shownVariants, refusals }: Pick<Expectations, "shownVariants" | "refusals">,
  { files, variants, variantFailures, objects }: Observed,
  findings: Findings,
): void {
  const stored = new Set(files.map(({ id }) => id));
  const keys = new Set(variants.map(({ s3_key: key }) => key));
  const failed = new Set(variantFailures.map(({ file_id: fileId }) => fileId));
  for (const { s3_key: key, sha256 } of variants) {
    if (objects.get(key) !== sha256) findings.lost.add(`the variant ${key} has no bytes`);
  }
  for (const { fileId, s3Key } of shownVariants) {
    if (stored.has(fileId) && !keys.has(s3Key)) findings.lost.add(`the variant ${s3Key} is gone`);
  }
  for (const fileId of failed) {
    if (!refusals.has(fileId)) findings.wrong.add(`a failed variant of ${fileId}, not told of`);
  }
  for (const [fileId, fate] of refusals) {
    if (fate === "applied" && stored.has(fileId) && !failed.has(fileId)) {
      findings.wrong.add(`why ${fileId} has no variant is forgotten`);
    }
  }
}
