import type { Sequelize } from "sequelize-typescript";

import { type Models, modelsFor } from "../../repo/models-for.js";
import { MemoryTable } from "./memory-table.js";

/** The tables in memory, by the names of {@link Models}. */
export type MemoryTables = { readonly [Name in keyof Models]: MemoryTable<Models[Name]> };

export function memoryTables(database: Sequelize): MemoryTables {
  const models = modelsFor(database);
  return {
    image: new MemoryTable(models.image),
    audio: new MemoryTable(models.audio),
    direct_upload: new MemoryTable(models.direct_upload),
    journal: new MemoryTable(models.journal),
  };
}
