import { type Layout, literal } from "../layout.js";
import type { OwnerType } from "../owner-types.js";

/** The types of columns that a foreign key of each type can refer to. */
const FITTING: Readonly<Record<OwnerType, readonly string[]>> = {
  uuid: ["uuid"],
  integer: ["integer", "smallint"],
  bigint: ["bigint", "integer", "smallint"],
  text: ["text", "character varying"],
};

/** The definition of a column with a user's id, without its foreign key. */
export function ownerColumn({ ownerType }: Layout, name = "user_id"): string {
  return ownerType === "text" ? `text CHECK (octet_length(${name}) BETWEEN 1 AND 127)` : ownerType;
}

/** The owner's part of a key, of the column `user_id`. Text is hexadecimal. */
export function ownerSegment({ ownerType }: Layout): string {
  return ownerType === "text" ? "encode(convert_to(user_id, 'UTF8'), 'hex')" : "user_id::text";
}

/** The foreign key of `user_id`. RESTRICT and never SET NULL, which would publish private files. */
export function ownerReference({ owner }: Layout): string {
  return owner === null ? "" : `REFERENCES ${owner.table} (${owner.column}) ON DELETE RESTRICT`;
}

/**
 * A statement that fails when the owners' ids have another type than the layout says, or compare as equal
 * what differs: an owner would have the files of two.
 */
export function requireOwnerType(
  { table, column, columnName }: NonNullable<Layout["owner"]>,
  ownerType: OwnerType,
): string {
  const types = Object.entries(FITTING);
  const advice = types.flatMap(([type, columns]) =>
    columns.map((found) => `WHEN '${found}' THEN 'Write owner.type: "${type}"'`),
  );
  const name = `The column ${column} of ${table}`;
  return `
    DO $$
    DECLARE
      found text;
      is_exact boolean;
    BEGIN
      WITH RECURSIVE type AS (
        SELECT atttypid AS oid, attcollation FROM pg_attribute
        WHERE attrelid = to_regclass(${literal(table)}) AND attname = ${literal(columnName)}
        UNION ALL
        SELECT domain.typbasetype, attcollation
        FROM type JOIN pg_type AS domain ON domain.oid = type.oid WHERE domain.typtype = 'd'
      )
      SELECT format_type(type.oid, NULL), coalesce(collisdeterministic, true) INTO found, is_exact
      FROM type JOIN pg_type AS base ON base.oid = type.oid AND base.typtype <> 'd'
      LEFT JOIN pg_collation ON pg_collation.oid = attcollation;
      IF found NOT IN (${FITTING[ownerType].map(literal).join(", ")}) THEN
        RAISE EXCEPTION USING MESSAGE = ${literal(`${name} is of type `)} || found
          || ', and the object store was told that owners are of type ${ownerType}. '
          || CASE found
            ${advice.join("\n            ")}
            ELSE 'Owners can be of the types ${types.map(([type]) => type).join(", ")}'
          END;
      END IF;
      IF NOT is_exact THEN
        RAISE EXCEPTION USING MESSAGE = ${literal(`${name} has a collation that is not deterministic. Owners need one that tells all ids apart`)};
      END IF;
    END
    $$
  `;
}
