import { type Layout, literal } from "../layout.js";
import { columnTypesFor, OWNER_TYPES, type OwnerType } from "../owner-types.js";

/** Fails unless the database's encoding is UTF-8: names and tags are any text, and checks count characters. */
export const REQUIRE_UTF8 = `
  DO $$
  BEGIN
    IF current_setting('server_encoding') <> 'UTF8' THEN
      RAISE EXCEPTION 'The database has the encoding %, and the object store needs UTF8. Create it with: CREATE DATABASE name ENCODING ''UTF8'' TEMPLATE template0',
        current_setting('server_encoding');
    END IF;
  END
  $$
`;

/** A statement that fails when the owners' ids have another type than the layout says. */
export function requireOwnerType(
  { table, column, columnName }: NonNullable<Layout["owner"]>,
  ownerType: OwnerType,
): string {
  const advice = OWNER_TYPES.flatMap((type) =>
    columnTypesFor(type).map((found) => `WHEN '${found}' THEN 'Write owner.type: "${type}"'`),
  );
  const message = `The column ${column} of ${table} is of type `;
  return `
    DO $$
    DECLARE
      found text := (
        SELECT format_type(atttypid, NULL) FROM pg_attribute
        WHERE attrelid = to_regclass(${literal(table)}) AND attname = ${literal(columnName)}
      );
    BEGIN
      IF found NOT IN (${columnTypesFor(ownerType).map(literal).join(", ")}) THEN
        RAISE EXCEPTION USING MESSAGE = ${literal(message)} || found
          || ', and the object store was told that owners are of type ${ownerType}. '
          || CASE found
            ${advice.join("\n            ")}
            ELSE 'Owners can be of the types ${OWNER_TYPES.join(", ")}'
          END;
      END IF;
    END
    $$
  `;
}

/** The foreign key of `user_id`. RESTRICT and never SET NULL, which would publish private files. */
export function ownerReference({ owner }: Layout): string {
  return owner === null ? "" : `REFERENCES ${owner.table} (${owner.column}) ON DELETE RESTRICT`;
}
