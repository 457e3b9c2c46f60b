import type { Sequelize } from "sequelize";

import { shared } from "../shared.js";

/**
 * A pooler that lends a session of PostgreSQL for one transaction at a time, such as PgBouncer with
 * `pool_mode = transaction`. Nothing that a session remembers is used then: no named statements, no
 * startup parameters but `application_name`, no SET, no session locks.
 */
export type Pooler = "transaction";

const poolers = shared("poolers", () => new WeakMap<Sequelize, Pooler>());

/** Remembers what is between this process and the PostgreSQL of a Sequelize. */
export function usePooler(database: Sequelize, pooler: Pooler | undefined): void {
  if (pooler !== undefined) poolers.set(database, pooler);
}

/** What `createDatabase` was given. */
export function poolerOf(database: Sequelize): Pooler | undefined {
  return poolers.get(database);
}
