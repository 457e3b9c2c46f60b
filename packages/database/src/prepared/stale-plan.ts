import { DatabaseError } from "sequelize";

/**
 * Whether a prepared statement failed, before it began, because its connection's copy of it is of
 * no use any more: the columns it gives have changed (0A000), or it is gone (26000, DEALLOCATE).
 *
 * @see https://www.postgresql.org/docs/current/errcodes-appendix.html
 */
export function isStalePlan(error: unknown): boolean {
  if (!(error instanceof DatabaseError) || !("code" in error.parent)) return false;
  const { code, routine } = error.parent as { code?: unknown; routine?: unknown };
  return code === "26000" || (code === "0A000" && routine === "RevalidateCachedQuery");
}
