import { ModelColumns, PreparedStatement } from "@repo/database";
import type { Sequelize } from "sequelize";
import type { ModelCtor } from "sequelize-typescript";

import type { StoredObjectModel } from "../models/stored-object.model.js";
import type { Owner } from "./conditions.js";
import { guarded } from "./database-failure.js";
import type { StatementOptions } from "./media-repo.js";

/** Its own and system-wide files; with null for the owner, system-wide ones only. */
const VISIBLE = "(user_id = $2 OR user_id IS NULL)";

/** Reads of ready files of one kind by their ids. */
export class MediaReads<Row extends StoredObjectModel> {
  readonly #columns: ModelColumns<Row>;
  readonly #database: Sequelize;
  readonly #byId: PreparedStatement<[id: string]>;
  readonly #visible: PreparedStatement<[id: string, owner: Owner]>;
  readonly #allVisible: PreparedStatement<[ids: readonly string[], owner: Owner]>;
  readonly #exists: PreparedStatement<[id: string, owner: Owner]>;

  constructor(model: ModelCtor<Row>) {
    if (model.sequelize === undefined) throw new Error("the model is not bound to a connection");
    this.#database = model.sequelize;
    this.#columns = new ModelColumns(model);
    const source = `FROM "${model.getTableName() as string}" WHERE status = 'ready' AND`;
    const files = `SELECT ${this.#columns.list()} ${source}`;
    this.#byId = new PreparedStatement(`${files} id = $1`);
    this.#visible = new PreparedStatement(`${files} id = $1 AND ${VISIBLE}`);
    this.#allVisible = new PreparedStatement(`${files} id = ANY ($1) AND ${VISIBLE}`);
    this.#exists = new PreparedStatement(`SELECT 1 ${source} id = $1 AND ${VISIBLE}`);
  }

  async findById(id: string): Promise<Row | null> {
    return this.#first(await this.#read(this.#byId, [id]));
  }

  async findVisible(id: string, owner: Owner, options: StatementOptions): Promise<Row | null> {
    return this.#first(await this.#read(this.#visible, [id, owner], options));
  }

  async findAllVisible(ids: readonly string[], owner: Owner): Promise<Row[]> {
    return this.#columns.instances(await this.#read(this.#allVisible, [ids, owner]));
  }

  async exists(id: string, owner: Owner): Promise<boolean> {
    return (await this.#read(this.#exists, [id, owner])).length > 0;
  }

  #read<Parameters extends readonly (string | null | readonly string[])[]>(
    statement: PreparedStatement<Parameters>,
    parameters: Parameters,
    { transaction }: StatementOptions = {},
  ): Promise<(readonly unknown[])[]> {
    return guarded("read files", () =>
      statement.arrays(this.#database, parameters, { transaction }),
    );
  }

  #first([row]: readonly (readonly unknown[])[]): Row | null {
    return row === undefined ? null : this.#columns.instance(row);
  }
}
