import { Sequelize } from "sequelize-typescript";

import { AudioModel } from "../models/audio.model.js";
import { DirectUploadModel } from "../models/direct-upload.model.js";
import { EventModel } from "../models/event.model.js";
import { GrantModel } from "../models/grant.model.js";
import { ImageModel } from "../models/image.model.js";
import { JournalModel } from "../models/journal.model.js";
import { VariantFailureModel } from "../models/variant-failure.model.js";
import { VariantModel } from "../models/variant.model.js";

/** The model of each table. */
export const MODELS = {
  image: ImageModel,
  audio: AudioModel,
  direct_upload: DirectUploadModel,
  journal: JournalModel,
  variant: VariantModel,
  variant_failure: VariantFailureModel,
  event: EventModel,
  grant: GrantModel,
};

/** The instances of each model. */
export type Models = { [Name in keyof typeof MODELS]: InstanceType<(typeof MODELS)[Name]> };

/**
 * Holds the models and never connects: repos read and write with statements of their own. So the
 * models take nothing from the defaults, hooks and scopes of an application's Sequelize, clash with no
 * model there, and serve any number of databases.
 */
export const MODEL_REGISTRY = new Sequelize({ dialect: "postgres", logging: false });
// An application's static hooks `beforeInit` and `afterInit` may have changed it already.
Object.assign(MODEL_REGISTRY.options, { define: {}, hooks: {} });
MODEL_REGISTRY.addModels(Object.values(MODELS));
