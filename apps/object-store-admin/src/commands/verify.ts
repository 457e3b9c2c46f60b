import { formatBytes, formatCount } from "@repo/command-line/units";

import type { Work } from "../cli/command.js";
import { ExitCode } from "../cli/exit-code.js";
import { given, type Tools } from "./tools.js";

export async function verify(
  { bytesPerSecond, maxFiles, cursor }: Extract<Work, { name: "verify" }>,
  { maintenance, printer, signal }: Tools,
): Promise<number> {
  let covered: string | null = null;
  const run = maintenance.verify({
    ...given({ bytesPerSecond, maxFiles, cursor }),
    signal,
    onProgress: ({ files, bytes, corrupt, cursor: at }) => {
      covered = at;
      printer.progress(`${files} files, ${formatBytes(bytes)}, ${corrupt} damaged`);
    },
    onFinding: (finding) => {
      printer.line(
        { event: "finding", ...finding },
        `${finding.finding.padEnd(12)}  ${finding.key}`,
      );
    },
  });
  const report = await run.catch((error: unknown) => {
    if (covered !== null) printer.note(goOnFrom(covered));
    throw error;
  });
  const { files, bytes, corrupt, unreadable } = report;
  const isWell = corrupt + unreadable === 0;
  printer.report(report, isWell, [
    isWell
      ? "Every file is as it was stored."
      : `${corrupt} missing or damaged, ${unreadable} could not be read.`,
    `${formatCount(files, "file")}, ${formatBytes(bytes)} read`,
    ...(report.cursor === null ? [] : [goOnFrom(report.cursor)]),
  ]);
  return isWell ? ExitCode.ok : ExitCode.attention;
}

function goOnFrom(cursor: string): string {
  return `Go on with: verify --cursor ${cursor}`;
}
