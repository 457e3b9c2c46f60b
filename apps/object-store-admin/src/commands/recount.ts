import { formatCount } from "@repo/command-line/units";

import type { Work } from "../cli/command.js";
import { ExitCode } from "../cli/exit-code.js";
import { given, type Tools } from "./tools.js";

export async function recount(
  { owner }: Extract<Work, { name: "recount" }>,
  { maintenance, printer, signal, ownerId }: Tools,
): Promise<number> {
  const report = await maintenance.recount({
    ...given({ owner: owner === undefined ? undefined : ownerId(owner) }),
    signal,
    onProgress: ({ owners }) => {
      printer.progress(formatCount(owners, "owner"));
    },
    onFinding: (finding) => {
      const { owner: name, bytes, files } = finding;
      const signed = (count: number): string => (count > 0 ? `+${count}` : String(count));
      printer.line(
        { event: "finding", ...finding },
        `${String(name).padEnd(36)}  ${signed(bytes)} bytes, ${signed(files)} files`,
      );
    },
  });
  const { owners, corrected } = report;
  printer.report(report, true, [
    `${formatCount(owners, "owner")} counted, ${formatCount(corrected, "counter")} corrected`,
  ]);
  return ExitCode.ok;
}
