/**
 * SQLSTATEs after which a connection is of no use: of class 08 (connection exceptions), those of a
 * server that stops or starts, and a server that has become read-only, as after a failover.
 *
 * @see https://www.postgresql.org/docs/current/errcodes-appendix.html
 */
const UNUSABLE = /^(08...|57P0[123]|25006)$/;

const READ_ONLY = "25006";

/** @param error of Sequelize */
export function isOfReadOnlyServer(error: unknown): boolean {
  return sqlStateOf(error) === READ_ONLY;
}

/**
 * Whether a failure shows that its connection cannot do its job any more. Broken sockets are not
 * asked for: Sequelize sees to those.
 *
 * @param error of Sequelize
 */
export function isUnusable(error: unknown): boolean {
  return UNUSABLE.test(sqlStateOf(error));
}

function sqlStateOf(error: unknown): string {
  const { parent } = (error ?? {}) as { parent?: { code?: unknown } };
  return typeof parent?.code === "string" ? parent.code : "";
}
