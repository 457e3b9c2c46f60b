import { formatCount } from "@repo/command-line/units";

import type { Work } from "../cli/command.js";
import { ExitCode } from "../cli/exit-code.js";
import { given, type Tools } from "./tools.js";

export async function events(
  { dead: action, ids }: Extract<Work, { name: "events" }>,
  { maintenance, printer, signal }: Tools,
): Promise<number> {
  const report = await maintenance.events({
    dead: action,
    ...given({ ids: ids.length === 0 ? undefined : ids }),
    signal,
    onFinding: (finding) => {
      const { id, type, kind, fileId, attempts, reason } = finding;
      printer.line(
        { event: "finding", ...finding },
        `${id}  ${type}  ${kind} ${fileId}  ${formatCount(attempts, "attempt")}  ${reason}`,
      );
    },
  });
  const { waiting, oldestSeconds, dead, retried, dropped } = report;
  const isWell = dead === 0;
  const age = oldestSeconds === null ? "" : `, the oldest for ${Math.round(oldestSeconds)} s`;
  printer.report(report, isWell, [
    `${formatCount(waiting, "event")} waiting${age}`,
    `${dead} given up, ${retried} to be handled again, ${dropped} dropped`,
  ]);
  return isWell ? ExitCode.ok : ExitCode.attention;
}
