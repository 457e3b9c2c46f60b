/**
 * Whether a prepared statement failed, before it began, because its connection's copy of it is of
 * no use: the columns it gives have changed (0A000, which has other causes too), it is gone (26000,
 * DEALLOCATE), or it was there already (42P05, another client's behind a pooler).
 *
 * @param error of Sequelize, or of the driver
 * @see https://www.postgresql.org/docs/current/errcodes-appendix.html
 */
export function isStalePlan(error: unknown): boolean {
  const { parent = error } = (error ?? {}) as { parent?: unknown };
  const { code, routine } = (parent ?? {}) as { code?: unknown; routine?: unknown };
  return (
    code === "26000" ||
    code === "42P05" ||
    (code === "0A000" && routine === "RevalidateCachedQuery")
  );
}
