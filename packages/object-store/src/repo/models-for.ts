import type { ModelCtor, Sequelize } from "sequelize-typescript";

import { AudioModel } from "../models/audio.model.js";
import { DirectUploadModel } from "../models/direct-upload.model.js";
import { ImageModel } from "../models/image.model.js";
import { JournalModel } from "../models/journal.model.js";
import type { MediaModels } from "../models/media-models.js";

/** The model of each table. */
export interface Models extends MediaModels {
  direct_upload: DirectUploadModel;
  journal: JournalModel;
}

type ModelClasses = { readonly [Name in keyof Models]: ModelCtor<Models[Name]> };

const registered = new WeakMap<Sequelize, ModelClasses>();

/**
 * The models of one connection. Sequelize binds a model class to the connection it was last added to,
 * so each connection gets its own subclasses, and two providers in one process stay apart.
 */
export function modelsFor(database: Sequelize): ModelClasses {
  const known = registered.get(database);
  if (known !== undefined) return known;
  const models: ModelClasses = {
    image: class Image extends ImageModel {},
    audio: class Audio extends AudioModel {},
    direct_upload: class DirectUpload extends DirectUploadModel {},
    journal: class Journal extends JournalModel {},
  };
  database.addModels(Object.values(models));
  registered.set(database, models);
  return models;
}
