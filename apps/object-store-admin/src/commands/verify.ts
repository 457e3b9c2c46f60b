import { formatBytes, formatCount } from "@repo/command-line/units";

import type { Work } from "../cli/command.js";
import { ExitCode } from "../cli/exit-code.js";
import { given, type Tools } from "./tools.js";

export async function verify(
  { bytesPerSecond, maxFiles, cursor }: Extract<Work, { name: "verify" }>,
  { maintenance, printer, signal }: Tools,
): Promise<number> {
  const report = await maintenance.verify({
    ...given({ bytesPerSecond, maxFiles, cursor }),
    signal,
    onProgress: ({ files, bytes, corrupt }) => {
      printer.progress(`${files} files, ${formatBytes(bytes)}, ${corrupt} damaged`);
    },
    onFinding: (finding) => {
      printer.line(
        { event: "finding", ...finding },
        `${finding.finding.padEnd(12)}  ${finding.key}`,
      );
    },
  });
  const { files, bytes, corrupt, unreadable } = report;
  const isWell = corrupt + unreadable === 0;
  printer.report(report, isWell, [
    isWell
      ? "Every file is as it was stored."
      : `${corrupt} missing or damaged, ${unreadable} could not be read.`,
    `${formatCount(files, "file")}, ${formatBytes(bytes)} read`,
    ...(report.cursor === null ? [] : [`Go on with: verify --cursor ${report.cursor}`]),
  ]);
  return isWell ? ExitCode.ok : ExitCode.attention;
}
