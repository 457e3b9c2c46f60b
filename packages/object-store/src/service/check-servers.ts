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
 * The servers that a provider works with, told by what they can do.
 *
 * @throws InvalidInputError (`invalid_input`)
 */
export function checkServers(options: Servers): Servers {
  const { database, s3 }: Partial<Servers> = checkOptions<Partial<Servers>>(options);
  if (typeof database?.addModels !== "function") {
    throw new InvalidInputError(
      `database must be a connection of createDatabase, and ${described(database)} came.`,
    );
  }
  if (typeof s3?.list !== "function") {
    throw new InvalidInputError(`s3 must be an S3Provider, and ${described(s3)} came.`);
  }
  return { database, s3 };
}
