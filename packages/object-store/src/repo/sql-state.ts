/**
 * Whether a statement on several rows failed because of a single one: PostgreSQL's classes 22 and 23.
 *
 * @see https://www.postgresql.org/docs/current/errcodes-appendix.html
 */
export function isOfOneRow(error: unknown): boolean {
  return /^2[23]/.test(sqlStateOf(error));
}

/** What PostgreSQL answered, or nothing where it did not. */
export function sqlStateOf(error: unknown): string {
  const { parent = error } = (error ?? {}) as { parent?: unknown };
  const { code } = (parent ?? {}) as { code?: unknown };
  return typeof code === "string" ? code : "";
}
