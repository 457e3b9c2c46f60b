import type { Sequelize, WhereOptions } from "sequelize";
import type { ModelCtor } from "sequelize-typescript";

import type { StoredObjectModel } from "../models/stored-object.model.js";

/** What the repos of maintenance share: the rows of one kind of file and their connection. */
export abstract class TableRepo<Row extends StoredObjectModel> {
  constructor(protected readonly model: ModelCtor<Row>) {}

  protected get table(): string {
    return `"${this.model.getTableName() as string}"`;
  }

  /** Assignments that give back what something that is being deleted may not keep. */
  protected get freed(): string {
    return "idempotencyKey" in this.model.getAttributes() ? "idempotency_key = NULL," : "";
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
