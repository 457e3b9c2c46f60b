import { formatCount } from "@repo/command-line/units";

import type { Work } from "../cli/command.js";
import { ExitCode } from "../cli/exit-code.js";
import { given, type Tools } from "./tools.js";

export async function strip(
  { privacy, maxFiles, cursor }: Extract<Work, { name: "strip" }>,
  { maintenance, printer, signal }: Tools,
): Promise<number> {
  const goOnFrom = (at: string): string => `Go on with: strip ${privacy} --cursor ${at}`;
  let covered: string | null = null;
  const run = maintenance.strip({
    privacy,
    ...given({ maxFiles, cursor }),
    signal,
    onProgress: ({ files, stripped, failed, cursor: at }) => {
      covered = at;
      printer.progress(`${files} files, ${stripped} stripped, ${failed} failed`);
    },
    onFinding: (finding) => {
      const { code, kind, fileId, message } = finding;
      printer.line(
        { event: "finding", ...finding },
        `${code.padEnd(14)}  ${kind} ${fileId}  ${message}`,
      );
    },
  });
  const report = await run.catch((error: unknown) => {
    if (covered !== null) printer.note(goOnFrom(covered));
    throw error;
  });
  const { files, stripped, unchanged, failed } = report;
  const isWell = failed === 0;
  printer.report(report, isWell, [
    isWell
      ? "Every file is free of it."
      : `${formatCount(failed, "file")} had to be left as they are.`,
    `${formatCount(files, "file")} read, ${stripped} stripped, ${unchanged} had nothing to remove`,
    ...(report.cursor === null ? [] : [goOnFrom(report.cursor)]),
  ]);
  return isWell ? ExitCode.ok : ExitCode.attention;
}
