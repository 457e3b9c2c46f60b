import { InvalidInputError } from "../errors.js";

/** The table that holds the owners of files, and its UUID key. */
export interface OwnerTable {
  /** The schema, when the table is not on the search path. */
  schema?: string;
  table: string;
  column: string;
}

/**
 * The foreign key clause of `user_id`. RESTRICT and never SET NULL: a file without an owner is
 * system-wide, so SET NULL would publish private files.
 *
 * @throws InvalidInputError (`invalid_input`)
 */
export function ownerReference(owner: OwnerTable | null): string {
  if (owner === null) return "";
  const { schema = "public", table, column }: Partial<OwnerTable> = owner;
  if (![schema, table, column].every(isIdentifier)) {
    throw new InvalidInputError(
      "owner must be null or { table, column }, with names of 1 to 63 bytes, and a schema if you like.",
    );
  }
  const path = owner.schema === undefined ? [owner.table] : [owner.schema, owner.table];
  return `REFERENCES ${path.map(quoted).join(".")} (${quoted(owner.column)}) ON DELETE RESTRICT`;
}

/** PostgreSQL would cut a longer one. */
function isIdentifier(name: unknown): boolean {
  if (typeof name !== "string" || name === "" || name.includes("\0")) return false;
  return Buffer.byteLength(name) <= 63;
}

function quoted(identifier: string): string {
  return `"${identifier.replaceAll('"', '""')}"`;
}
