import type { Sequelize, WhereOptions } from "sequelize";
import type { ModelCtor } from "sequelize-typescript";

import type { MediaFileModel } from "../models/media-file.model.js";

/** What the repos of maintenance share: the rows of one kind of file and their connection. */
export abstract class TableRepo<Row extends MediaFileModel> {
  constructor(protected readonly model: ModelCtor<Row>) {}

  protected get table(): string {
    return `"${this.model.getTableName() as string}"`;
  }

  protected get database(): Sequelize {
    const { sequelize } = this.model;
    if (sequelize === undefined) throw new Error("the model is not bound to a connection");
    return sequelize;
  }

  /** Sequelize derives the type of conditions from the model, which is open here. */
  protected where<Of extends object = Row>(conditions: object): WhereOptions<Of> {
    return conditions as WhereOptions<Of>;
  }
}
