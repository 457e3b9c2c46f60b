import { setTimeout as sleep } from "node:timers/promises";

import { type Connections, PreparedStatement, type SqlParameter } from "@repo/database";
import type { Transaction } from "sequelize";

import type { Layout } from "../layout.js";
import type { Owner, OwnerType } from "../owner-types.js";
import { sqlStateOf } from "./database-failure.js";

/** SQL for a time that many seconds from now, by the database's clock. */
export function fromNow(seconds: string): string {
  return `(clock_timestamp() + make_interval(secs => ${seconds}))`;
}

/** SQL conditions on a file: it is not in the trash; it can be restored from there. */
export const NOT_TRASHED = "restorable_until IS NULL";
export const RESTORABLE = "restorable_until > clock_timestamp()";

/** SQL expressions for the times of a removal. */
interface RemovalTimes {
  /** When a sweep may take it over. */
  lease: string;
  /** When no request can create the object any more. */
  settled: string;
}

/** The SET list that turns a row of the journal into a removal. */
export function toRemoval({ lease, settled }: RemovalTimes): string {
  return `
    purpose = 'removal',
    idempotency_key = NULL,
    variant_claim = NULL,
    lease_expires_at = ${lease},
    settled_at = ${settled},
    updated_at = clock_timestamp()
  `;
}

/** How rows of another table become rows of the journal. */
interface IntoJournal extends RemovalTimes {
  kind: string;
  purpose?: string;
  /** An SQL expression for whether the key may have a multipart upload. */
  mayHaveParts: string;
  /** SQL expressions for what the rows held of the owner's counter. */
  held: { bytes: string; files: string };
}

/**
 * The INSERT that writes rows of another table to the journal.
 *
 * @param source a table or a CTE with the columns `id`, `user_id` and `s3_key`
 */
export function intoJournal(
  layout: Layout,
  source: string,
  { kind, purpose = "'removal'", mayHaveParts, held, lease, settled }: IntoJournal,
): string {
  return `
    INSERT INTO ${layout.table("journal")} (
      id, kind, user_id, s3_key, purpose, may_have_parts, reserved_bytes, reserved_files,
      lease_expires_at, settled_at, created_at, updated_at
    )
    SELECT
      id, '${kind}', user_id, s3_key, ${purpose}, ${mayHaveParts}, ${held.bytes}, ${held.files},
      ${lease}, ${settled}, clock_timestamp(), clock_timestamp()
    FROM ${source}
  `;
}

/** The purpose that the journal would give a row of a direct upload. */
export const PURPOSE_OF_DIRECT_UPLOAD =
  "CASE status WHEN 'pending' THEN 'upload' ELSE 'removal' END";

export interface StatementOptions {
  /** The caller's transaction. A repo never commits it or rolls it back. */
  transaction?: Transaction | undefined;
}

/**
 * A statement about an owner's rows, in two forms: one for a user, one for the system. Indexes do not
 * support `IS NOT DISTINCT FROM`.
 */
export class OwnedStatement<Parameters extends readonly SqlParameter[]> {
  readonly #ofUser: PreparedStatement<Parameters>;
  readonly #ofSystem: PreparedStatement<Parameters>;

  /** @param text builds the statement with a function that compares `user_id` with an expression */
  constructor(type: OwnerType, text: (ownedBy: (expression: string) => string) => string) {
    this.#ofUser = new PreparedStatement(text((owner) => `user_id = ${owner}`));
    this.#ofSystem = new PreparedStatement(
      text((owner) => `(user_id IS NULL AND ${owner}::${type} IS NULL)`),
    );
  }

  of(owner: Owner): PreparedStatement<Parameters> {
    return owner === null ? this.#ofSystem : this.#ofUser;
  }
}

/** Always true; makes the statement fail with 55P03 when it waits longer for a lock. */
const SHORT_LOCK_TIMEOUT = "set_config('lock_timeout', '20', true) IS NOT NULL";

const LOCK_NOT_AVAILABLE = "55P03";
const PATIENCE_MS = 15_000;
const FIRST_PAUSE_MS = 25;
const LONGEST_PAUSE_MS = 1_000;

/** Whether a statement failed because it could not get a lock in time. */
export function isLocked(error: unknown): boolean {
  return sqlStateOf(error) === LOCK_NOT_AVAILABLE;
}

/**
 * A statement that may have to wait for a lock of the application's. In a caller's transaction it
 * waits as configured there. On a connection of the module's own it fails after a moment and is
 * retried, so that it holds no connection and no lock while it waits.
 */
export class LockingStatement<Parameters extends readonly SqlParameter[]> {
  readonly #own: PreparedStatement<Parameters>;
  readonly #inTransaction: PreparedStatement<Parameters>;

  /** @param text builds the statement with a condition to evaluate before the first lock is taken */
  constructor(text: (wait: string) => string) {
    this.#own = new PreparedStatement(text(SHORT_LOCK_TIMEOUT));
    this.#inTransaction = new PreparedStatement(text("true"));
  }

  /**
   * @param options `isPatient`: retries while locked; true by default. `inSavepoint`: a failure leaves
   *   the caller's transaction as it was before
   */
  async arrays(
    connections: Connections,
    parameters: Parameters,
    options: StatementOptions & { isPatient?: boolean; inSavepoint?: boolean } = {},
  ): Promise<(readonly unknown[])[]> {
    const { transaction, isPatient = true, inSavepoint = false } = options;
    if (transaction) {
      return this.#inTransaction.arrays(connections, parameters, { transaction, inSavepoint });
    }
    const end = performance.now() + PATIENCE_MS;
    const run = () => this.#own.arrays(connections, parameters);
    for (let pause = FIRST_PAUSE_MS; ; pause = Math.min(2 * pause, LONGEST_PAUSE_MS)) {
      try {
        // Retries run one at a time, so that they leave connections to statements that need not wait.
        return await (pause === FIRST_PAUSE_MS ? run() : oneAtATime(connections, run));
      } catch (error) {
        const isOver = !isPatient || performance.now() > end;
        if (isOver || !isLocked(error)) throw error;
      }
      await sleep(pause * (0.5 + Math.random()));
    }
  }
}

const running = new WeakMap<Connections, Promise<unknown>>();

async function oneAtATime<Result>(
  connections: Connections,
  statement: () => Promise<Result>,
): Promise<Result> {
  const before = running.get(connections) ?? Promise.resolve();
  const result = before.then(statement, statement);
  running.set(connections, result);
  return result;
}
