import type { Expectations } from "./expectations.js";
import type { Findings } from "./findings.js";
import type { Observed } from "./observed.js";

/** What their rows say, as long as there are any, has to be what was said, and true. */
export function judgeDirectUploads(
  { directUploads: expected }: Expectations,
  { files, directUploads }: Observed,
  findings: Findings,
): void {
  const stored = new Set(files.map(({ id }) => id));
  for (const { id, status, file_id: fileId } of directUploads) {
    if (fileId !== null && !stored.has(fileId)) {
      findings.lost.add(`${fileId}, which direct upload ${id} is said to have become`);
    }
    const outcome = expected.get(id);
    if (outcome === undefined) continue;
    if (outcome !== fileId) findings.wrong.add(`direct upload ${id} forgets what became of it`);
    if (status === "pending") findings.wrong.add(`direct upload ${id} has ended and is pending`);
  }
}
