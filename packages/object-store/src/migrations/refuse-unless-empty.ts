/**
 * A statement that fails while the table holds rows (that fulfil the condition), as dropping them
 * would orphan their objects.
 */
export function refuseUnlessEmpty(
  table: "images" | "audio" | "direct_uploads",
  condition = "true",
): string {
  return `
    DO $$
    DECLARE
      kept bigint;
    BEGIN
      LOCK TABLE ${table} IN ACCESS EXCLUSIVE MODE;
      SELECT count(*) INTO kept FROM ${table} WHERE ${condition};
      IF kept > 0 THEN
        RAISE EXCEPTION 'this step back would lose % rows of ${table} (${condition}); delete these files first', kept;
      END IF;
    END
    $$
  `;
}
