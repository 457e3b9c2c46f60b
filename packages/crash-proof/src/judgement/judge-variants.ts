import { RECIPES } from "../cases/recipes.js";
import type { Expectations } from "./expectations.js";
import type { Findings } from "./findings.js";
import type { Observed } from "./observed.js";

/**
 * A variant that was shown stays, and shows what its row says; those of an upload come with its file;
 * why one could not be made is kept.
 */
export function judgeVariants(
  expectations: Expectations,
  observed: Observed,
  findings: Findings,
): void {
  const { shownVariants, variantsOfUploads, isFilled } = expectations;
  const { files, variants, objects } = observed;
  const stored = new Set(files.map(({ id }) => id));
  const keys = new Set(variants.map(({ s3_key: key }) => key));
  for (const { s3_key: key, sha256 } of variants) {
    if (objects.get(key) !== sha256) findings.lost.add(`the variant ${key} has no bytes`);
  }
  for (const { fileId, s3Key, isOld = false } of shownVariants) {
    const stays = stored.has(fileId) && !isOld;
    if (stays && !keys.has(s3Key)) findings.lost.add(`the variant ${s3Key} is gone`);
  }
  for (const { id, sha256 } of files) {
    const own = new Set(variants.filter((each) => each.file_id === id).map(({ recipe }) => recipe));
    for (const recipe of variantsOfUploads.get(sha256) ?? []) {
      if (!own.has(recipe)) findings.lost.add(`the ${recipe} of ${id}, which came with it`);
    }
  }
  if (isFilled) judgeFilled(expectations, observed, findings);
  judgeFailures(expectations, observed, findings);
}

function judgeFilled(
  { files: expected }: Expectations,
  { files, variants }: Observed,
  findings: Findings,
): void {
  for (const { id } of files.filter((file) => expected.has(file.id))) {
    const own = variants.filter((each) => each.file_id === id);
    for (const [recipe, { width }] of Object.entries(RECIPES)) {
      const isMade = own.some((each) => each.recipe === recipe && each.width === width);
      if (!isMade) findings.wrong.add(`${id} still lacks its ${recipe}`);
    }
    for (const { recipe } of own) {
      if (!(recipe in RECIPES)) findings.wrong.add(`${id} still has its ${recipe}`);
    }
  }
}

function judgeFailures(
  { refusals }: Expectations,
  { files, variantFailures }: Observed,
  findings: Findings,
): void {
  const stored = new Set(files.map(({ id }) => id));
  const failed = new Set(variantFailures.map(({ file_id: fileId }) => fileId));
  for (const fileId of failed) {
    if (!refusals.has(fileId)) findings.wrong.add(`a failed variant of ${fileId}, not told of`);
  }
  for (const [fileId, fate] of refusals) {
    if (fate === "applied" && stored.has(fileId) && !failed.has(fileId)) {
      findings.wrong.add(`why ${fileId} has no variant is forgotten`);
    }
  }
}
