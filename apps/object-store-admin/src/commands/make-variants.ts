import { formatCount } from "@repo/command-line/units";

import type { Work } from "../cli/command.js";
import { ExitCode } from "../cli/exit-code.js";
import { given, type Tools } from "./tools.js";

export async function makeVariants(
  {
    recipe,
    onlyMissing,
    dropUndefined,
    maxFiles,
    cursor,
  }: Extract<Work, { name: "make-variants" }>,
  { maintenance, printer, signal }: Tools,
): Promise<number> {
  let covered: string | null = null;
  const run = maintenance.makeVariants({
    ...given({ recipe, maxFiles, cursor }),
    onlyMissing,
    dropUndefined,
    signal,
    onProgress: ({ files, made, failed, cursor: at }) => {
      covered = at;
      printer.progress(`${files} files, ${made} made, ${failed} failed`);
    },
  });
  const report = await run.catch((error: unknown) => {
    if (covered !== null) printer.note(goOnFrom(covered));
    throw error;
  });
  const { files, made, failed, removed } = report;
  const isWell = failed === 0;
  printer.report(report, isWell, [
    isWell ? "Every variant was made." : `${formatCount(failed, "variant")} could not be made.`,
    `${formatCount(made, "variant")} made of ${formatCount(files, "file")}, ${removed} removed`,
    ...(report.cursor === null ? [] : [goOnFrom(report.cursor)]),
  ]);
  return isWell ? ExitCode.ok : ExitCode.attention;
}

function goOnFrom(cursor: string): string {
  return `Go on with: make-variants --cursor ${cursor}`;
}
