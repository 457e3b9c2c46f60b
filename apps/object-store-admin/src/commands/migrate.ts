import { UsageError } from "@repo/command-line/usage-error";
import { Migrator, type MigratorOptions } from "@repo/database";

import type { Work } from "../cli/command.js";
import { ExitCode } from "../cli/exit-code.js";
import type { Printer } from "../output/printer.js";

export async function migrate(
  command: Exclude<Extract<Work, { name: "migrate" }>, { direction: "sql" }>,
  options: MigratorOptions,
  printer: Printer,
): Promise<number> {
  const migrator = new Migrator(options);
  switch (command.direction) {
    case "up": {
      const applied = await migrator.up();
      for (const name of applied) printer.line({ event: "applied", name }, `applied ${name}`);
      printer.report({ applied: applied.length }, true, [
        applied.length === 0 ? "The tables are up to date." : `${applied.length} applied.`,
      ]);
      return ExitCode.ok;
    }
    case "down": {
      if (!command.yes) {
        throw new UsageError("migrate down changes the tables: say --yes if you mean it.");
      }
      const reverted = await migrator.down({ steps: command.steps });
      for (const name of reverted) printer.line({ event: "reverted", name }, `reverted ${name}`);
      printer.report({ reverted: reverted.length }, true, [`${reverted.length} reverted.`]);
      return ExitCode.ok;
    }
    case "status":
      return status(migrator, printer);
  }
}

async function status(migrator: Migrator, printer: Printer): Promise<number> {
  const all = await migrator.status();
  let pending = 0;
  for (const { name, appliedAt, known } of all) {
    const state = appliedAt === undefined ? "pending" : known ? "applied" : "unknown here";
    if (appliedAt === undefined) pending += 1;
    const when = appliedAt?.toISOString() ?? "";
    const value = { event: "migration", name, state, appliedAt: appliedAt ?? null };
    printer.line(value, `${state.padEnd(12)}  ${when.padEnd(24)}  ${name}`);
  }
  printer.report({ pending, applied: all.length - pending }, pending === 0, [
    pending === 0 ? "Nothing is pending." : `${pending} pending: run "migrate up".`,
  ]);
  return pending === 0 ? ExitCode.ok : ExitCode.attention;
}
