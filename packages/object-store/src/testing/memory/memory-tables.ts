import type { Sequelize } from "sequelize-typescript";

import type { AudioModel } from "../../models/audio.model.js";
import type { DirectUploadModel } from "../../models/direct-upload.model.js";
import type { ImageModel } from "../../models/image.model.js";
import type { JournalModel } from "../../models/journal.model.js";
import { modelsFor } from "../../repo/models-for.js";
import { MemoryTable } from "./memory-table.js";

export interface MemoryTables {
  image: MemoryTable<ImageModel>;
  audio: MemoryTable<AudioModel>;
  directUpload: MemoryTable<DirectUploadModel>;
  journal: MemoryTable<JournalModel>;
}

export function memoryTables(database: Sequelize): MemoryTables {
  const { image, audio, directUpload, journal } = modelsFor(database);
  return {
    image: new MemoryTable(image),
    audio: new MemoryTable(audio),
    directUpload: new MemoryTable(directUpload),
    journal: new MemoryTable(journal),
  };
}
