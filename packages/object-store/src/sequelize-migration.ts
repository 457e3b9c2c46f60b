import type { Migration } from "@repo/database";
import type { QueryInterface } from "sequelize";

import { checkOptions } from "./checks.js";
import { described } from "./described.js";
import { InvalidInputError } from "./errors.js";

/** Which migrations of a list, by their names. */
export interface MigrationRange {
  /** The first. */
  readonly from: string;
  /** The last, which is included. */
  readonly to: string;
}

/** A migration as files of sequelize-cli export it. */
export interface SequelizeMigration {
  readonly up: (queryInterface: QueryInterface) => Promise<void>;
  readonly down: (queryInterface: QueryInterface) => Promise<void>;
}

/**
 * Makes one migration of several, for sequelize-cli and for an umzug of the application's own. It runs
 * them in one transaction of the application's Sequelize: all of them or none. A statement waits 5 s at most
 * for a lock, as all that come later wait behind it, and then fails.
 *
 * The range keeps a file that has run as it is when the list grows.
 *
 * @throws InvalidInputError (`invalid_input`) when the list has no such range
 * @see https://sequelize.org/docs/v6/other-topics/migrations/#migration-skeleton
 */
export function sequelizeMigration(
  migrations: readonly Migration[],
  range: MigrationRange,
): SequelizeMigration {
  const { from, to } = checkOptions<Partial<MigrationRange>>(range);
  const first = indexOf(migrations, "from", from);
  const last = indexOf(migrations, "to", to);
  if (last < first) throw new InvalidInputError("from must not come after to.");
  const chosen = migrations.slice(first, last + 1);
  return {
    up: ({ sequelize }) => inTransaction(sequelize, "up", chosen),
    down: ({ sequelize }) => inTransaction(sequelize, "down", chosen.toReversed()),
  };
}

/** A migration may take long, but must not make others wait long. */
const LIMITS =
  "SELECT set_config('statement_timeout', '0', true), set_config('lock_timeout', '5s', true)";

async function inTransaction(
  sequelize: QueryInterface["sequelize"],
  direction: "up" | "down",
  migrations: readonly Migration[],
): Promise<void> {
  await sequelize.transaction(async (transaction) => {
    const query = async (sql: string, parameters?: readonly unknown[]) => {
      const options = { transaction, ...(parameters && { bind: [...parameters] }) };
      const [rows, result] = await sequelize.query(sql, options);
      // Several statements have several results. Of an INSERT, Sequelize gives how many rows it made.
      const last = [result].flat().at(-1) as { rows?: Record<string, unknown>[] } | number;
      return typeof last === "number" ? (rows as Record<string, unknown>[]) : (last.rows ?? []);
    };
    await query(LIMITS);
    for (const migration of migrations) await migration[direction]({ query });
  });
}

function indexOf(
  migrations: readonly Migration[],
  end: keyof MigrationRange,
  given: unknown,
): number {
  const index = migrations.findIndex(({ name }) => name === given);
  if (index >= 0) return index;
  const came = typeof given === "string" ? "another string" : described(given);
  const last = migrations.at(-1)?.name ?? "none";
  throw new InvalidInputError(
    `${end} must be the name of a migration in the list, whose last one is ${last}, and ${came} came.`,
  );
}
