import { Connections } from "@repo/database";
import type { Sequelize } from "sequelize-typescript";

import { checkInteger, checkPooler } from "../checks.js";

/**
 * The connections that a provider, or maintenance, is to use.
 *
 * @throws InvalidInputError (`invalid_input`)
 */
export function connectionsTo(
  database: Sequelize,
  { ownConnections = 2, pooler }: { ownConnections?: number; pooler?: "transaction" },
): Connections {
  const own = checkInteger("ownConnections", ownConnections, 1, 1_000);
  return new Connections(database, { own, pooler: checkPooler(pooler) });
}
