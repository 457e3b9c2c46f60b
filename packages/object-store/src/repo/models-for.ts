import type { Sequelize } from "sequelize-typescript";

import { AudioModel } from "../models/audio.model.js";
import { DirectUploadModel } from "../models/direct-upload.model.js";
import { ImageModel } from "../models/image.model.js";
import { JournalModel } from "../models/journal.model.js";

interface MediaModels {
  image: typeof ImageModel;
  audio: typeof AudioModel;
  directUpload: typeof DirectUploadModel;
  journal: typeof JournalModel;
}

const registered = new WeakMap<Sequelize, MediaModels>();

/**
 * The models bound to one connection. Sequelize binds a model class to the connection it was last
 * added to, so each connection gets subclasses of its own: two providers in one process never
 * write through each other's connection.
 */
export function modelsFor(database: Sequelize): MediaModels {
  const known = registered.get(database);
  if (known !== undefined) return known;
  const models: MediaModels = {
    image: class Image extends ImageModel {},
    audio: class Audio extends AudioModel {},
    directUpload: class DirectUpload extends DirectUploadModel {},
    journal: class Journal extends JournalModel {},
  };
  const { image, audio, directUpload, journal } = models;
  database.addModels([image, audio, directUpload, journal]);
  registered.set(database, models);
  return models;
}
