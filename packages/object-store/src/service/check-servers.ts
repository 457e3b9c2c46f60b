import type { Sequelize } from "sequelize-typescript";

import { described } from "../described.js";
import { InvalidInputError } from "../errors.js";
import type { StorageClient } from "../upload/storage-client.js";
import { checkOptions } from "../check-options.js";

interface Servers {
  database: Sequelize;
  s3: StorageClient;
}

/**
 * The servers that a provider or maintenance works with.
 *
 * @throws InvalidInputError (`invalid_input`)
 */
export function checkServers(options: Servers): Servers {
  const { database, s3 } = checkOptions<{ database?: Sequelize; s3?: StorageClient | null }>(
    options,
  );
  if (typeof database?.addModels !== "function") {
    throw new InvalidInputError(
      `database must be a connection of createDatabase, and ${described(database)} came.`,
    );
  }
  // Maintenance may be given a part of one.
  if (typeof s3 !== "object" || s3 === null || Array.isArray(s3)) {
    throw new InvalidInputError(`s3 must be an S3Provider, and ${described(s3)} came.`);
  }
  return { database, s3 };
}
