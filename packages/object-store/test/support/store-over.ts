import { createDatabase, type PoolOptions } from "@repo/database";
import type { Sequelize } from "sequelize-typescript";

import {
  type ObjectStoreOptions,
  objectStoreProvider,
  type ObjectStoreProvider,
} from "../../src/index.js";
import { objectStoreMaintenance, type ObjectStoreMaintenance } from "../../src/maintenance.js";
import type { Harness } from "./harness.js";
import { poolerOf } from "./services.js";

/** The module over the harness's database and bucket, on connections of its own. */
export interface StoreOver {
  database: Sequelize;
  store: ObjectStoreProvider;
  maintenance: ObjectStoreMaintenance;
}

export function storeOver(
  { databaseUrl, s3 }: Harness,
  pool: PoolOptions,
  options: Partial<ObjectStoreOptions> = {},
): StoreOver {
  const { ownConnections } = options;
  const database = createDatabase({ url: databaseUrl, pool, ...poolerOf() });
  return {
    database,
    store: objectStoreProvider({ database, s3, ...options }),
    maintenance: objectStoreMaintenance({
      database,
      s3,
      ...(ownConnections !== undefined && { ownConnections }),
    }),
  };
}
