import { createDatabase } from "@repo/database";
import type { Sequelize } from "sequelize-typescript";

import type { ObjectStoreOptions, ObjectStoreProvider } from "../../src/index.js";
import type { Harness } from "./harness.js";
import { poolerOf } from "./services.js";

/** A store over the harness's database and bucket that tells which statements it ran. */
export interface LoggedStore {
  store: ObjectStoreProvider;
  database: Sequelize;
  /** The statements since the last look. */
  statements(): string[];
}

export function openLoggedStore(
  harness: Harness,
  options: Partial<ObjectStoreOptions> = {},
): LoggedStore {
  const log: string[] = [];
  const database = createDatabase({
    url: harness.databaseUrl,
    ...poolerOf(),
    logging: (sql) => log.push(sql.replace(/^Executed \([\w-]+\): /, "")),
  });
  return {
    store: harness.storeWith({ database, ...options }),
    database,
    statements: () => log.splice(0),
  };
}
