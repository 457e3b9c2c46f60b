import { formatBytes, formatCount } from "@repo/command-line/units";
import type { AuditFinding } from "@repo/object-store/maintenance";

import type { Work } from "../cli/command.js";
import { ExitCode } from "../cli/exit-code.js";
import { describeBucket } from "../output/describe-bucket.js";
import { given, type Tools } from "./tools.js";

export async function audit(
  { fix, maxFixes }: Extract<Work, { name: "audit" }>,
  { maintenance, printer, signal }: Tools,
): Promise<number> {
  const report = await maintenance.audit({
    ...given({ maxFixes }),
    fix,
    signal,
    onProgress: ({ objects, rows }) => {
      printer.progress(`${objects} objects, ${rows} rows`);
    },
    onFinding: ({ finding, ...facts }) => {
      const value = { finding, ...facts } as AuditFinding;
      printer.line({ event: "finding", ...value }, describe(value));
    },
  });
  const { objects, rows, orphans, missingObjects, sizeMismatches, deadRows, fixed } = report;
  const differences = orphans + missingObjects + sizeMismatches + deadRows;
  const open = differences - fixed;
  printer.report(report, open === 0, [
    differences === 0
      ? "Bucket and rows agree."
      : `${formatCount(differences, "difference")}, ${fixed} mended.`,
    `${objects} objects and ${rows} rows compared`,
    `${orphans} objects without a row, ${missingObjects} rows without an object, ` +
      `${sizeMismatches} of another size, ${deadRows} rows that no sweep finished`,
    `${report.tooYoung} too young to tell, ${report.foreign} of others`,
    ...describeBucket(report),
    ...(open > 0 && !fix ? ['Look at them, and run "audit --fix" to mend what can be.'] : []),
    ...(deadRows > 0 ? ['Run "sweep" every few minutes to finish dead rows.'] : []),
  ]);
  return open === 0 ? ExitCode.ok : ExitCode.attention;
}

function describe(finding: AuditFinding): string {
  const { key, action } = finding;
  const done = action === "kept" ? "" : ` (${action})`;
  switch (finding.finding) {
    case "orphan":
      return `no row        ${key}  ${formatBytes(finding.byteSize)}${done}`;
    case "missing_object":
      return `no object     ${key}  ${formatBytes(finding.byteSize)}${done}`;
    case "size_mismatch":
      return `other size    ${key}  ${finding.objectByteSize} B, and ${finding.byteSize} B by its row`;
    case "dead_row":
      return `dead row      ${key}  ${finding.purpose} since ${finding.leaseExpiresAt.toISOString()}`;
  }
}
