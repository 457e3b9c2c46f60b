import { UsageError } from "@repo/command-line/usage-error";
import type { Migration } from "@repo/database";

import type { SqlOptions } from "../cli/command.js";
import { ExitCode } from "../cli/exit-code.js";
import type { Printer } from "../output/printer.js";

/**
 * Prints the statements of migrations, of which one runs in one transaction.
 *
 * @throws UsageError
 */
export async function migrateSql(
  { down, from, to }: SqlOptions,
  migrations: readonly Migration[],
  printer: Printer,
): Promise<number> {
  const first = from === undefined ? 0 : indexOf(migrations, from);
  const last = to === undefined ? migrations.length - 1 : indexOf(migrations, to);
  if (first > last)
    throw new UsageError(`--from comes after --to: ${String(from)}, ${String(to)}.`);
  const chosen = migrations.slice(first, last + 1);
  for (const migration of down ? chosen.reverse() : chosen) {
    const statements = await statementsOf(migration, down ? "down" : "up");
    const { name } = migration;
    printer.document(
      { event: "statements", name, statements },
      `-- ${name}\n${statements.map((statement) => `${statement};\n`).join("")}\n`,
    );
  }
  return ExitCode.ok;
}

function indexOf(migrations: readonly Migration[], name: string): number {
  const index = migrations.findIndex((migration) => migration.name === name);
  if (index >= 0) return index;
  throw new UsageError(
    `There is no migration ${JSON.stringify(name)}. migrate sql without --from and --to shows all.`,
  );
}

/** What a migration runs, which depends on nothing that a database answers. */
async function statementsOf(migration: Migration, direction: "up" | "down"): Promise<string[]> {
  const statements: string[] = [];
  await migration[direction]({
    query: (sql) => {
      statements.push(unindented(sql));
      return Promise.resolve([]);
    },
  });
  return statements;
}

/** Without what indents its first line, and all others with it. */
function unindented(sql: string): string {
  const [lineStart = "\n"] = /^\n */.exec(sql) ?? [];
  return sql.trim().replaceAll(lineStart, "\n");
}
