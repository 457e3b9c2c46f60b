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
 */
export function ownerReference(owner: OwnerTable | null): string {
  if (owner === null) return "";
  const path = owner.schema === undefined ? [owner.table] : [owner.schema, owner.table];
  return `REFERENCES ${path.map(quoted).join(".")} (${quoted(owner.column)}) ON DELETE RESTRICT`;
}

function quoted(identifier: string): string {
  return `"${identifier.replaceAll('"', '""')}"`;
}
