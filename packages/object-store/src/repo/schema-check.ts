import { type Connections, ModelColumns, PreparedStatement } from "@repo/database";
import type { Model } from "sequelize-typescript";

import { withDatabaseErrors } from "./database-failure.js";
import { MODELS } from "./models.js";
import type { Tables } from "./tables.js";

/** Looks whether the tables have the columns of this version, until they once have. */
export class SchemaCheck {
  readonly #connections: Connections;
  readonly #statement: PreparedStatement;
  #isCurrent = false;

  constructor({ connections, layout }: Tables) {
    const tables = (Object.keys(MODELS) as (keyof typeof MODELS)[]).map((name) => {
      const columns = new ModelColumns<Model>(MODELS[name]).list();
      return `(SELECT ${columns} FROM ${layout.table(name)} LIMIT 0) AS "${name}"`;
    });
    const counters = layout.table("usage");
    tables.push(`(SELECT user_id, bytes, files, recounts FROM ${counters} LIMIT 0) AS usage`);
    this.#connections = connections;
    // It runs once: no connection has to remember it.
    this.#statement = new PreparedStatement(`SELECT FROM ${tables.join(", ")}`, {
      plan: "each time",
    });
  }

  /** @throws DatabaseError (`database_error`) when a table or a column is missing */
  async run(): Promise<void> {
    if (this.#isCurrent) return;
    await withDatabaseErrors("find the columns of the tables", () =>
      this.#statement.execute(this.#connections, []),
    );
    this.#isCurrent = true;
  }
}
