import { type Layout, literal, type TableName } from "../layout.js";

/**
 * A statement that fails while the table holds rows (that fulfil the condition), as dropping them
 * would orphan their objects.
 */
export function refuseUnlessEmpty(layout: Layout, name: TableName, condition = "true"): string {
  const message = ` rows of ${layout.names[name]} (${condition}); delete these files first`;
  return `
    DO $$
    DECLARE
      kept bigint;
    BEGIN
      LOCK TABLE ${layout.table(name)} IN ACCESS EXCLUSIVE MODE;
      SELECT count(*) INTO kept FROM ${layout.table(name)} WHERE ${condition};
      IF kept > 0 THEN
        RAISE EXCEPTION USING MESSAGE = 'this step back would lose ' || kept || ${literal(message)};
      END IF;
    END
    $$
  `;
}
