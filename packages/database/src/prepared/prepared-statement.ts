import { createHash } from "node:crypto";

import type { Transaction } from "sequelize";

import type { Connections } from "../connections/connections.js";
import { isStalePlan } from "./stale-plan.js";
import { runOn, withClient } from "./run-statement.js";

/** What node-postgres can send; an object is sent as JSON, an array as an array, undefined never. */
export type SqlParameter = string | number | bigint | boolean | object | null;

export interface PreparedOptions {
  /** Runs on this transaction's connection. */
  readonly transaction?: Transaction | null | undefined;
  /**
   * Where it runs without a transaction: on one of the connections beside the pool (`own`, the
   * default), or on one of the pool's, as any query of the application's.
   */
  readonly on?: "own" | "pool";
}

/**
 * A statement that each connection parses once and then runs by its name, for statements that run
 * all the time. It is logged like any other of Sequelize's, runs its `beforeQuery` and `afterQuery`
 * hooks, and fails with the same classes of errors. CLS transactions are not looked up, and nothing
 * is retried, save a plan that a migration made stale.
 *
 * List the columns that it gives (no `*`), and keep the number of different texts small: each stays
 * in the memory of each connection. PgBouncer needs version 1.21, where it pools transactions.
 */
export class PreparedStatement<Parameters extends readonly SqlParameter[] = readonly []> {
  readonly #name: string | undefined;

  /**
   * @param text one statement; $1, $2 and so on stand for its parameters
   * @param plan `each time` has PostgreSQL parse it anew and plan it for the values that it runs
   *   with, for statements whose best plan depends on them; `cached` when absent
   */
  constructor(
    readonly text: string,
    { plan = "cached" }: { plan?: "cached" | "each time" } = {},
  ) {
    // A connection refuses one name for two texts, so the name follows from the text.
    const name = createHash("sha256").update(text).digest("base64url");
    this.#name = plan === "cached" ? name : undefined;
  }

  /** The rows as objects by column name. */
  async rows<Row extends object = Record<string, unknown>>(
    connections: Connections,
    parameters: Parameters,
    options: PreparedOptions = {},
  ): Promise<Row[]> {
    const { rows } = await this.#run(connections, parameters, options, {});
    return rows as Row[];
  }

  /** The rows as arrays of values in the order of the columns, which is cheaper. */
  async arrays<Row extends readonly unknown[] = readonly unknown[]>(
    connections: Connections,
    parameters: Parameters,
    options: PreparedOptions = {},
  ): Promise<Row[]> {
    const { rows } = await this.#run(connections, parameters, options, { rowMode: "array" });
    return rows as Row[];
  }

  /** Runs it for its effect; how many rows it changed. */
  async execute(
    connections: Connections,
    parameters: Parameters,
    options: PreparedOptions = {},
  ): Promise<number> {
    const { rowCount } = await this.#run(connections, parameters, options, {});
    return rowCount ?? 0;
  }

  #run(
    connections: Connections,
    parameters: Parameters,
    { transaction }: PreparedOptions,
    mode: { rowMode?: "array" },
  ) {
    const { sequelize: database } = connections;
    const statement = { text: this.text, values: parameters, ...mode };
    return withClient(database, transaction ?? undefined, this.text, async (client) => {
      try {
        const name = this.#name !== undefined && { name: this.#name };
        return await runOn(database, client, { ...statement, ...name });
      } catch (error) {
        if (!isStalePlan(error)) throw error;
        client._invalid = true;
        // It fails before it does anything; but a transaction that saw an error is over.
        if (transaction) throw error;
        return runOn(database, client, statement);
      }
    });
  }
}
