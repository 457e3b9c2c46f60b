import {
  type Connections,
  ModelColumns,
  type PreparedStatement,
  type SqlParameter,
} from "@repo/database";
import type { Model, ModelCtor } from "sequelize-typescript";

import type { Layout } from "../layout.js";
import { withDatabaseErrors } from "./database-failure.js";
import type { Tables } from "./tables.js";

/** A prepared statement or a locking one. */
interface Statement<Parameters extends readonly SqlParameter[], Options> {
  arrays(
    connections: Connections,
    parameters: Parameters,
    options?: Options,
  ): Promise<(readonly unknown[])[]>;
}

/** Runs the statements of one table, maps their failures, and makes instances of its model. */
export abstract class ModelRepo<Row extends Model> {
  protected readonly connections: Connections;
  protected readonly layout: Layout;
  protected readonly columns: ModelColumns<Row>;
  /** Whether statements that change files write events. */
  protected readonly tells: boolean;

  constructor({ connections, layout, tells }: Tables, model: ModelCtor<Row>) {
    this.tells = tells;
    this.connections = connections;
    this.layout = layout;
    this.columns = new ModelColumns(model);
  }

  /** @param action completes the message "PostgreSQL could not …" */
  protected arrays<Parameters extends readonly SqlParameter[], Options>(
    action: string,
    statement: Statement<Parameters, Options>,
    parameters: Parameters,
    options?: Options,
  ): Promise<(readonly unknown[])[]> {
    return withDatabaseErrors(action, () =>
      statement.arrays(this.connections, parameters, options),
    );
  }

  /** The rows as instances; further columns are ignored. */
  protected async rows<Parameters extends readonly SqlParameter[], Options>(
    action: string,
    statement: Statement<Parameters, Options>,
    parameters: Parameters,
    options?: Options,
  ): Promise<Row[]> {
    return this.columns.instances(await this.arrays(action, statement, parameters, options));
  }

  protected async first<Parameters extends readonly SqlParameter[], Options>(
    action: string,
    statement: Statement<Parameters, Options>,
    parameters: Parameters,
    options?: Options,
  ): Promise<Row | null> {
    const [row] = await this.rows(action, statement, parameters, options);
    return row ?? null;
  }

  /** Whether the statement changed a row. */
  protected async changes<Parameters extends readonly SqlParameter[]>(
    action: string,
    statement: PreparedStatement<Parameters>,
    parameters: Parameters,
  ): Promise<boolean> {
    const run = () => statement.execute(this.connections, parameters);
    return (await withDatabaseErrors(action, run)) > 0;
  }
}
