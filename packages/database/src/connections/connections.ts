import type { Sequelize } from "sequelize";

import { internalsOf, type PooledClient } from "../sequelize-internals.js";
import { ownConnectionsOf } from "./own-connections.js";
import { type Pooler, poolerOf } from "./pooler.js";

export interface ConnectionsOptions {
  /**
   * Most connections beside the pool; default 2. Several `Connections` of one Sequelize share them,
   * as many as the largest of these numbers.
   */
  readonly own?: number;
  /** What is between this process and PostgreSQL; by default, what `createDatabase` was given. */
  readonly pooler?: Pooler | undefined;
}

/**
 * Where a statement runs: on a connection beside the pool (`own`), on one of the pool's to the
 * primary (`pool`), or on one of the pool's to a replica, if it has replicas (`replica`). What a
 * replica gives may be old.
 */
export type Place = "own" | "pool" | "replica";

const POOLED = {
  pool: { type: "write", useMaster: true },
  replica: { type: "SELECT", useMaster: false },
} as const;

/**
 * The ways to a database that prepared statements take. Those beside the pool never wait for
 * connections that the pool has lent. They are made as the pool's are, with the same options and
 * the same `beforeConnect` and `afterConnect` hooks, to the primary. They are closed after the
 * pool's idle time, keep no process alive, and end with `sequelize.close()`.
 */
export class Connections {
  readonly pooler: Pooler | undefined;
  readonly #own: ReturnType<typeof ownConnectionsOf>;

  /** @throws RangeError if `own` is not a count of one or more */
  constructor(
    readonly sequelize: Sequelize,
    { own = 2, pooler = poolerOf(sequelize) }: ConnectionsOptions = {},
  ) {
    if (!Number.isInteger(own) || own < 1)
      throw new RangeError("own must be a count of at least 1");
    this.pooler = pooler;
    this.#own = ownConnectionsOf(sequelize, own);
  }

  /**
   * Runs `use` with a connection, and takes it back.
   *
   * @throws ConnectionAcquireTimeoutError when none is free within the pool's acquire timeout
   */
  async lend<Result>(
    place: Place,
    use: (client: PooledClient) => Promise<Result>,
  ): Promise<Result> {
    if (place === "own") return this.#own.use(use);
    const { connectionManager } = internalsOf(this.sequelize);
    const client = await connectionManager.getConnection(POOLED[place]);
    try {
      return await use(client);
    } finally {
      connectionManager.releaseConnection(client);
    }
  }
}
