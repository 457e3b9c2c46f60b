import { ConnectionAcquireTimeoutError, type Sequelize } from "sequelize";
import { Pool, TimeoutError } from "sequelize-pool";

import {
  connectToPrimary,
  internalsOf,
  type PooledClient,
  replaceAll,
} from "../sequelize-internals.js";
import { shared } from "../shared.js";

const sets = shared("own-connections", () => new WeakMap<Sequelize, OwnConnections>());

/** The one set of a Sequelize, of the largest size that was asked for. */
export function ownConnectionsOf(database: Sequelize, size: number): OwnConnections {
  const set = sets.get(database) ?? new OwnConnections(database);
  sets.set(database, set);
  set.growTo(size);
  return set;
}

/**
 * Connections beside the pool of a Sequelize, made as those of the pool are, with the same hooks,
 * timeouts and limits. Idle ones keep no process alive. They end with the Sequelize.
 */
class OwnConnections {
  readonly #database: Sequelize;
  readonly #pool: QuietPool;
  #isClosed = false;

  constructor(database: Sequelize) {
    const { connectionManager } = internalsOf(database);
    const { acquire, idle, evict, maxUses } = connectionManager.config.pool;
    this.#database = database;
    this.#pool = new QuietPool({
      name: "own",
      create: () => this.#connect(),
      destroy: (client) => this.#disconnect(client),
      validate: (client) => connectionManager.validate(client),
      max: 1,
      min: 0,
      acquireTimeoutMillis: acquire,
      idleTimeoutMillis: idle,
      reapIntervalMillis: evict,
      ...(maxUses !== undefined && { maxUses }),
    });
    // Sequelize has no hook for its close.
    const close = connectionManager.close.bind(connectionManager);
    connectionManager.close = async () => {
      this.#isClosed = true;
      await Promise.all([close(), this.#end()]);
    };
  }

  growTo(size: number): void {
    this.#pool.most = Math.max(this.#pool.most, size);
  }

  replaceAll(): void {
    this.#pool.replaceAll();
  }

  /** @throws ConnectionAcquireTimeoutError when none is free within the pool's acquire timeout */
  async use<Result>(work: (client: PooledClient) => Promise<Result>): Promise<Result> {
    const client = await this.#acquire();
    client.ref();
    try {
      return await work(client);
    } finally {
      client.unref();
      this.#pool.release(client);
    }
  }

  async #acquire(): Promise<PooledClient> {
    if (this.#isClosed) {
      // Rejects with Sequelize's own error.
      const { connectionManager } = internalsOf(this.#database);
      return connectionManager.getConnection({ type: "write", useMaster: true });
    }
    try {
      return await this.#pool.acquire();
    } catch (error) {
      throw error instanceof TimeoutError ? new ConnectionAcquireTimeoutError(error) : error;
    }
  }

  async #connect(): Promise<PooledClient> {
    const client = await connectToPrimary(this.#database);
    client.unref();
    return client;
  }

  async #disconnect(client: PooledClient): Promise<void> {
    // Who waits for the close would otherwise see the process end before it.
    if (this.#isClosed) client.ref();
    const { connectionManager } = internalsOf(this.#database);
    // A connection that cannot be ended in good order is gone as well.
    await connectionManager._disconnect(client).catch(() => undefined);
  }

  async #end(): Promise<void> {
    await this.#pool.drain();
    await this.#pool.destroyAllNow();
  }
}

/** A pool that may grow, and whose timer keeps no process alive. */
class QuietPool extends Pool<PooledClient> {
  most = 1;

  override get maxSize(): number {
    return this.most;
  }

  replaceAll(): void {
    const { _availableObjects, _inUseObjects } = this;
    replaceAll({ _availableObjects, _inUseObjects });
  }

  protected override _scheduleRemoveIdle(): void {
    super._scheduleRemoveIdle();
    this._removeIdleTimer.unref();
  }
}
