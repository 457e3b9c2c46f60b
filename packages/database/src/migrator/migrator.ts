import { QueryTypes, type Sequelize } from "sequelize";
import type { UmzugOptions } from "umzug";

import { type Pooler, poolerOf } from "../connections/pooler.js";
import {
  DuplicateMigrationError,
  MigrationFailedError,
  MigrationNotFoundError,
  MigrationTableLockedError,
} from "../errors.js";
import { checkHistory } from "./check-history.js";
import { type AppliedMigrations, History, type HistoryTable } from "./history.js";
import type { Migration, MigrationContext } from "./migration.js";
import { isLockTimeout, type LockOptions, withLockedSession } from "./session.js";
import { Steps } from "./steps.js";

export interface MigratorOptions {
  readonly database: Sequelize;
  /** Oldest first. */
  readonly migrations: readonly Migration[];
  /** Gets umzug's messages: `{ event: "migrated", name, durationSeconds }` and the like. */
  readonly logger?: (message: Record<string, unknown>) => void;
  /** Milliseconds to wait for another migrator; default 60,000, and 0 waits without end. */
  readonly lockTimeoutMs?: number;
  /**
   * Milliseconds that a migration waits for each lock of a table or a row, as others queue behind it;
   * default 5,000, and 0 waits without end. It is tried five times, with pauses as long; behind a
   * pooler once, where pauses would hold the locks of the migrations before it.
   */
  readonly tableLockTimeoutMs?: number;
  /** Names the table that records what was applied. It is made if there is none. */
  readonly historyTable?: HistoryTable | undefined;
  /**
   * What is between this process and PostgreSQL. All migrations of a run are then in one
   * transaction, each in a savepoint of its own: one that fails leaves those before it, a crash
   * leaves none of the run, and locks are held until its end. Absent when sessions are
   * PostgreSQL's own.
   */
  readonly pooler?: Pooler | undefined;
}

export interface MigrationStatus {
  readonly name: string;
  /** Undefined while it is pending. */
  readonly appliedAt: Date | undefined;
  /** False if the database has it and the list has not. */
  readonly known: boolean;
}

export type DownOptions = { readonly to: string } | { readonly steps?: number };

/**
 * Applies and reverts migrations, each atomically with its record. Any number of
 * migrators may be started at once: one works, the others wait and then find nothing left to do.
 */
export class Migrator {
  readonly #database: Sequelize;
  readonly #migrations: readonly Migration[];
  readonly #logger: MigratorOptions["logger"];
  readonly #history: History;
  readonly #lock: LockOptions;
  readonly #tableLockTimeoutMs: number;

  /** @throws DuplicateMigrationError, InvalidHistoryTableError */
  constructor({
    database,
    migrations,
    logger,
    lockTimeoutMs = 60_000,
    tableLockTimeoutMs = 5_000,
    historyTable,
    pooler = poolerOf(database),
  }: MigratorOptions) {
    const names = migrations.map(({ name }) => name);
    const duplicate = names.find((name, index) => names.indexOf(name) !== index);
    if (duplicate !== undefined) throw new DuplicateMigrationError(duplicate);
    this.#database = database;
    this.#migrations = [...migrations];
    this.#logger = logger;
    this.#history = new History(historyTable);
    this.#lock = { lockTimeoutMs, pooler };
    this.#tableLockTimeoutMs = tableLockTimeoutMs;
  }

  /**
   * Apply what is pending, up to and including `to`, by default all of it.
   *
   * @returns the names of what was applied, in order
   * @throws MigrationNotFoundError, MigrationFailedError, MigrationTableLockedError,
   *   MigrationLockTimeoutError, UnknownMigrationsError, MigrationOrderError,
   *   MigratorConnectionError, MigrationHistoryError, ForeignHistoryTableError
   */
  async up({ to }: { to?: string } = {}): Promise<string[]> {
    const end = to === undefined ? this.#migrations.length : this.#indexOf(to) + 1;
    return this.#run("up", (applied) =>
      this.#migrations.slice(0, end).filter(({ name }) => !applied.has(name)),
    );
  }

  /**
   * Revert the last `steps` migrations that are applied (default 1), or all down to and including
   * `to`; last is what comes last in the list.
   *
   * @returns the names of what was reverted, in order
   * @throws RangeError if `steps` is not a count, else as `up`
   */
  async down(options: DownOptions = {}): Promise<string[]> {
    if ("to" in options) {
      const start = this.#indexOf(options.to);
      return this.#run("down", (applied) =>
        this.#migrations
          .slice(start)
          .filter(({ name }) => applied.has(name))
          .reverse(),
      );
    }
    const { steps = 1 } = options;
    if (!Number.isInteger(steps) || steps < 0) throw new RangeError("steps must be a count");
    return this.#run("down", (applied) =>
      this.#migrations
        .filter(({ name }) => applied.has(name))
        .reverse()
        .slice(0, steps),
    );
  }

  /**
   * The list in order, then what only the database knows. Takes no lock and changes nothing.
   *
   * @throws MigrationHistoryError, ForeignHistoryTableError
   */
  async status(): Promise<MigrationStatus[]> {
    const applied = await this.#history.read((sql) =>
      this.#database.query(sql, { type: QueryTypes.SELECT, useMaster: true }),
    );
    const names = new Set(this.#migrations.map(({ name }) => name));
    return [...new Set([...names, ...applied.keys()])].map((name) => ({
      name,
      appliedAt: applied.get(name),
      known: names.has(name),
    }));
  }

  #indexOf(name: string): number {
    const index = this.#migrations.findIndex((migration) => migration.name === name);
    if (index < 0) throw new MigrationNotFoundError(name);
    return index;
  }

  async #run(
    direction: "up" | "down",
    choose: (applied: AppliedMigrations) => readonly Migration[],
  ): Promise<string[]> {
    // Loaded only here: it brings a command line along, which an application that serves never needs.
    const { MigrationError, Umzug } = await import("umzug");
    return withLockedSession(this.#database, this.#lock, async (context) => {
      await this.#history.prepare(context.query);
      const applied = await this.#history.read(context.query);
      checkHistory(this.#migrations, applied);
      const chosen = choose(applied).map(({ name }) => name);
      try {
        await new Umzug(this.#plan(context))[direction]({ migrations: chosen });
      } catch (error) {
        if (!(error instanceof MigrationError)) throw error;
        const { cause } = error;
        const Failure = isLockTimeout(cause) ? MigrationTableLockedError : MigrationFailedError;
        throw new Failure(error.migration.name, direction, { cause });
      }
      return chosen;
    });
  }

  #plan(context: MigrationContext): UmzugOptions<MigrationContext> {
    const log = this.#logger;
    const steps = new Steps(context, this.#history, {
      pooler: this.#lock.pooler,
      tableLockTimeoutMs: this.#tableLockTimeoutMs,
    });
    return {
      context,
      logger: log && { debug: log, info: log, warn: log, error: log },
      migrations: this.#migrations.map((migration) => ({
        name: migration.name,
        up: () => steps.apply(migration),
        down: () => steps.revert(migration),
      })),
      storage: {
        executed: async () => [...(await this.#history.read(context.query)).keys()],
        // The record is written in the migration's own transaction.
        logMigration: () => Promise.resolve(),
        unlogMigration: () => Promise.resolve(),
      },
    };
  }
}
