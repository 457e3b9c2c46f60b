import { createHash } from "node:crypto";

import type { Transaction } from "sequelize";

import type { Connections, Place } from "../connections/connections.js";
import { leavePrimary } from "../connections/leave-primary.js";
import { isOfReadOnlyServer, isUnusable } from "../connections/unusable.js";
import type { PooledClient } from "../sequelize-internals.js";
import { alone } from "./alone.js";
import { clientOf, isReadOnly, runOn, type Statement } from "./run-statement.js";
import { isStalePlan } from "./stale-plan.js";

/** What node-postgres can send; an object is sent as JSON, an array as an array, undefined never. */
export type SqlParameter = string | number | bigint | boolean | object | null;

export interface PreparedOptions {
  /** Runs on this transaction's connection. */
  readonly transaction?: Transaction | null | undefined;
  /**
   * Runs it in a savepoint, so that its failure leaves the transaction as it was before; false by
   * default. What other code sends to the transaction meanwhile runs after it.
   */
  readonly inSavepoint?: boolean;
  /** Where it runs without a transaction; `own` by default. */
  readonly on?: Place;
}

const SAVEPOINT = { text: "SAVEPOINT prepared_statement", values: [] };
const ROLL_BACK = { text: "ROLLBACK TO SAVEPOINT prepared_statement", values: [] };
const RELEASE = { text: "RELEASE SAVEPOINT prepared_statement", values: [] };

/**
 * A statement that each connection parses once and then runs by its name, for statements that run
 * all the time. It has no name in a caller's transaction, where a plan that was dropped could not be
 * prepared anew, nor behind a pooler without session state. It is logged like any other of
 * Sequelize's, runs its `beforeQuery` and `afterQuery` hooks, and fails with the same classes of
 * errors. CLS transactions are not looked up. Outside of a transaction, what was not done at all is tried
 * again: with a plan that was dropped or that a migration made stale, and after a serialization
 * failure, where the database's default is a stricter isolation than READ COMMITTED. A connection that cannot
 * do its job any more is not used again; where its server has become read-only, as after a failover, no
 * other one to it is.
 *
 * List the columns that it gives (no `*`), and keep the number of different texts small: each stays
 * in the memory of each connection.
 *
 * Neither the settings of a session nor parsers that the application registered change its values:
 * a boolean, a number up to int4, a Buffer for bytea, what JSON holds, an array for text[] and
 * uuid[], and a string for all else, int8 and numeric included. Dates need care: `ModelColumns`
 * lists them as it reads them; elsewhere select `to_json(clock_timestamp())`, which gives an ISO
 * 8601 string for `new Date()`. A bare date, timestamp or interval fails with a TypeError. A bare
 * float8 is rounded where `extra_float_digits` is 0 or less. Parameters may be dates.
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

  async #run(
    connections: Connections,
    parameters: Parameters,
    { transaction, inSavepoint = false, on = "own" }: PreparedOptions,
    mode: { rowMode?: "array" },
  ) {
    const { sequelize, pooler } = connections;
    const unnamed = { text: this.text, values: parameters, ...mode };
    const run = async (client: PooledClient, statement: Statement) => {
      try {
        return await runOn(sequelize, client, statement);
      } catch (error) {
        const isDeclared = transaction ? isReadOnly(transaction) : false;
        if (isUnusable(error) && !isDeclared) client._invalid = true;
        // In a transaction it may be of the application's own making.
        const isOnPrimary = !transaction && on !== "replica";
        if (isOnPrimary && isOfReadOnlyServer(error)) leavePrimary(sequelize);
        throw error;
      }
    };
    if (transaction && inSavepoint) {
      return alone(clientOf(transaction, this.text), async () => {
        const client = clientOf(transaction, this.text);
        await run(client, SAVEPOINT);
        let result;
        try {
          result = await run(client, unnamed);
        } catch (error) {
          // Ignored, so that the caller gets the statement's error even if the connection is lost too.
          await run(client, ROLL_BACK).catch(() => undefined);
          await run(client, RELEASE).catch(() => undefined);
          throw error;
        }
        await run(client, RELEASE);
        return result;
      });
    }
    if (transaction) return run(clientOf(transaction, this.text), unnamed);
    const once = () =>
      connections.lend(on, async (client) => {
        if (this.#name === undefined || pooler !== undefined) return run(client, unnamed);
        try {
          return await run(client, { ...unnamed, name: this.#name });
        } catch (error) {
          if (!isStalePlan(error)) throw error;
          // It failed before it did anything.
          client._invalid = true;
          return run(client, unnamed);
        }
      });
    return retried(once);
  }
}

const SERIALIZATION_FAILURE = "40001";
const TRIES = 5;

async function retried<Result>(run: () => Promise<Result>): Promise<Result> {
  for (let tries = 1; ; tries += 1) {
    try {
      return await run();
    } catch (error) {
      const { parent } = error as { parent?: { code?: unknown } };
      if (tries === TRIES || parent?.code !== SERIALIZATION_FAILURE) throw error;
    }
  }
}
