import type { Sequelize } from "sequelize";

import { primaryPool, replaceAll } from "../sequelize-internals.js";
import { ownConnectionsOf } from "./own-connections.js";

/**
 * Has all connections to the primary replaced, also those of the pool that only read: the server
 * they lead to is not the primary any more, and what it gives is old.
 */
export function leavePrimary(database: Sequelize): void {
  replaceAll(primaryPool(database));
  ownConnectionsOf(database, 1).replaceAll();
}
