import { objectStoreProvider } from "@repo/object-store";
import { objectStoreMaintenance } from "@repo/object-store/maintenance";
import type { S3Provider } from "@repo/s3-provider";
import type { Sequelize } from "sequelize";

import { tables } from "./existing-tables.js";

export function openStore(database: Sequelize, s3: S3Provider) {
  const options = { database, s3, ...tables };
  return { store: objectStoreProvider(options), maintenance: objectStoreMaintenance(options) };
}
