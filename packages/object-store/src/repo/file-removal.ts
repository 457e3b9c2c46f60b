import { type Connections, ModelColumns } from "@repo/database";
import type { ModelCtor } from "sequelize-typescript";

import { FileInUseError } from "../errors.js";
import { type MediaKind, TABLES } from "../kinds.js";
import type { MediaFileModel } from "../models/media-file.model.js";
import { isLocked, LockingStatement } from "./locking-statement.js";
import type { Owner } from "./owner.js";
import { fromNow, intoJournal } from "./sql.js";
import { sqlStateOf } from "./sql-state.js";
import type { StatementOptions } from "./statement-options.js";

/** What became of files that were to be removed; those that are in neither were not there. */
export interface Removal<Row> {
  /** As they were. Their keys are in the journal now, or are once the transaction has committed. */
  removed: Row[];
  /** By id, those that rows of the application's refer to. */
  inUse: Map<string, FileInUseError>;
  /** By id, why some could not be removed, if they are there. */
  failed: Map<string, unknown>;
}

export interface RemovalOptions extends StatementOptions {
  leaseSeconds: number;
  /** Passes over files that somebody holds, or whose referring rows somebody does, instead of waiting. */
  skipLocked?: boolean;
}

type Parameters = [ids: readonly string[], owner: Owner, leaseSeconds: number];

/**
 * Takes the rows of files away and writes their keys to the journal, in one statement. Foreign keys
 * of the application decide in it: those that refuse do so for single files, those that cascade or
 * set null take effect.
 */
export class FileRemoval<Row extends MediaFileModel> {
  readonly #connections: Connections;
  readonly #columns: ModelColumns<Row>;
  readonly #remove: LockingStatement<Parameters>;
  readonly #removeUnlocked: LockingStatement<Parameters>;

  constructor(connections: Connections, model: ModelCtor<Row>, kind: MediaKind) {
    this.#connections = connections;
    this.#columns = new ModelColumns(model);
    const table = `"${model.getTableName() as string}"`;
    // Locked in the order of their ids, so that two who remove the same ones never deadlock.
    const text = (lock: string) => (wait: string) => `
      WITH wanted AS (
        SELECT id FROM ${table}
        WHERE id = ANY ($1) AND user_id IS NOT DISTINCT FROM $2 AND ${wait}
        ORDER BY id ${lock}
      ), gone AS (
        DELETE FROM ${table} AS file USING wanted WHERE file.id = wanted.id RETURNING file.*
      ), written AS (
        ${intoJournal("gone", {
          kind,
          lease: fromNow("$3"),
          settled: "GREATEST(unanswered_until, clock_timestamp())",
        })}
      )
      SELECT ${this.#columns.list("gone")} FROM gone
    `;
    this.#remove = new LockingStatement(text("FOR UPDATE"));
    this.#removeUnlocked = new LockingStatement(text("FOR UPDATE SKIP LOCKED"));
  }

  async remove(
    ids: readonly string[],
    owner: Owner,
    options: RemovalOptions,
  ): Promise<Removal<Row>> {
    const removal: Removal<Row> = { removed: [], inUse: new Map(), failed: new Map() };
    await this.#removeInto(removal, ids, owner, options);
    return removal;
  }

  /** PostgreSQL names the constraint that refused, not the file: halves tell which it was. */
  async #removeInto(
    removal: Removal<Row>,
    ids: readonly string[],
    owner: Owner,
    options: RemovalOptions,
  ): Promise<void> {
    const { transaction, skipLocked = false } = options;
    const [id] = ids;
    if (id === undefined) return;
    try {
      removal.removed.push(...(await this.#run(ids, owner, options)));
    } catch (error) {
      const isHeld = isLocked(error) && transaction === undefined;
      if (isHeld && !skipLocked) {
        // It was waited for: the others go.
        await this.#removeInto(removal, ids, owner, { ...options, skipLocked: true });
        for (const each of ids) removal.failed.set(each, error);
      } else if (!isHeld && !isRefusal(error)) {
        // What was removed before stays so, and is told.
        if (transaction !== undefined || removal.removed.length === 0) throw error;
        for (const each of ids) removal.failed.set(each, error);
      } else if (ids.length > 1) {
        const middle = ids.length >> 1;
        await this.#removeInto(removal, ids.slice(0, middle), owner, options);
        await this.#removeInto(removal, ids.slice(middle), owner, options);
      } else if (!isHeld) removal.inUse.set(id, fileInUse(error));
    }
  }

  async #run(
    ids: readonly string[],
    owner: Owner,
    { transaction, leaseSeconds, skipLocked = false }: RemovalOptions,
  ): Promise<Row[]> {
    const statement = skipLocked ? this.#removeUnlocked : this.#remove;
    const rows = await statement.arrays(this.#connections, [ids, owner, leaseSeconds], {
      transaction,
      isPatient: !skipLocked,
      inSavepoint: true,
    });
    return this.#columns.instances(rows);
  }
}

/**
 * Whether a rule of the application's refused: a foreign key, or what its SET NULL or SET DEFAULT
 * would break, which are PostgreSQL's class 23.
 *
 * @see https://www.postgresql.org/docs/current/errcodes-appendix.html
 */
function isRefusal(error: unknown): boolean {
  return sqlStateOf(error).startsWith("23") && answerOf(error).table !== TABLES.journal;
}

function fileInUse(error: unknown): FileInUseError {
  const { table, constraint } = answerOf(error);
  return new FileInUseError(table, constraint, error);
}

function answerOf(error: unknown): { constraint?: string; table?: string } {
  return (error as { parent: { constraint?: string; table?: string } }).parent;
}
