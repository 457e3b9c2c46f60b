import { UsageError } from "@repo/command-line/usage-error";
import { databaseMigrations, type Migration } from "@repo/database";
import {
  objectStoreMigrations,
  type OwnerTable,
  type OwnerType,
  type TableOptions,
} from "@repo/object-store/migrations";

import { type Environment, jsonObject } from "./environment.js";
import { namePath } from "./name-path.js";

/** How the tables fit into the database, and what makes them. */
export interface Layout {
  tables: TableOptions<OwnerType>;
  migrations: readonly Migration[];
}

const TABLE_NAMES = [
  ...["images", "audio", "directUploads", "journal", "variants", "variantFailures", "usage"],
  "grants",
];

/** @throws UsageError */
export function layoutOf(environment: Environment): Layout {
  const owner = ownerOf(environment);
  const schema = environment["TABLES_SCHEMA"];
  const tables: TableOptions<OwnerType> = {
    ...(owner !== undefined && { owner }),
    ...(schema && { schema }),
    tables: tableNames(environment),
  };
  const own = ownMigrations(tables);
  return { tables, migrations: owner === undefined ? [...databaseMigrations, ...own] : own };
}

function ownMigrations(tables: TableOptions<OwnerType>): readonly Migration[] {
  try {
    return objectStoreMigrations(tables);
  } catch (error) {
    if (!(error instanceof Error && "code" in error && error.code === "invalid_input")) throw error;
    throw new UsageError(
      `OWNER_TABLE, OWNER_TYPE, TABLES_SCHEMA or TABLE_NAMES is wrong. ${error.message}`,
    );
  }
}

/** Undefined for a table `users` of this program's own. */
function ownerOf(environment: Environment): OwnerTable<OwnerType> | undefined {
  const value = environment["OWNER_TABLE"];
  // Checked with the rest.
  const type = (environment["OWNER_TYPE"] || "uuid") as OwnerType;
  if (!value) {
    if (type === "uuid") return undefined;
    throw new UsageError("OWNER_TYPE needs OWNER_TABLE, which is not set.");
  }
  if (value === "none") return { table: null, type };
  const [column, table, schema, ...more] = namePath(value)?.reverse() ?? [];
  if (column === undefined || table === undefined || more.length > 0) {
    throw new UsageError(
      'OWNER_TABLE must be table.column, schema.table.column or none. A name with a dot needs quotes: "my.schema".table.column.',
    );
  }
  return { ...(schema !== undefined && { schema }), table, column, type };
}

function tableNames(environment: Environment): NonNullable<TableOptions["tables"]> {
  const names = jsonObject(environment, "TABLE_NAMES", '{"images":"media_images"}');
  const unknown = Object.keys(names).find((name) => !TABLE_NAMES.includes(name));
  if (unknown === undefined) return names;
  throw new UsageError(
    `TABLE_NAMES has names for ${TABLE_NAMES.join(", ")}, not for ${JSON.stringify(unknown)}.`,
  );
}
