/** Marks the errors of every copy of this package. */
const OF_PACKAGE = Symbol.for("@repo/database/error");

/** Base of every failure of this package; `code` is stable and safe to switch on. */
export abstract class DatabaseSetupError extends Error {
  /**
   * True for errors of another copy of this package as well, which it knows by their names.
   *
   * @hidden
   */
  static override [Symbol.hasInstance](value: unknown): boolean {
    if (super[Symbol.hasInstance](value)) return true;
    if (!(value as Record<symbol, unknown> | null | undefined)?.[OF_PACKAGE]) return false;
    return this === DatabaseSetupError || this.name === (value as Error).name;
  }

  abstract readonly code: string;

  constructor(message: string, options?: ErrorOptions) {
    super(message, options);
    this.name = new.target.name;
  }
}

Object.defineProperty(DatabaseSetupError.prototype, OF_PACKAGE, { value: true });

/** The connection URL is not one. The message never repeats it, as it may hold a password. */
export class InvalidDatabaseUrlError extends DatabaseSetupError {
  readonly code = "invalid_database_url";
}

/** The migrator could not connect; the cause says why. */
export class MigratorConnectionError extends DatabaseSetupError {
  readonly code = "migrator_connection_failed";
}

/** Another migrator kept the lock for longer than this one may wait. */
export class MigrationLockTimeoutError extends DatabaseSetupError {
  readonly code = "migration_lock_timeout";

  /** @param lockTimeoutMs milliseconds */
  constructor(
    readonly lockTimeoutMs: number,
    options: ErrorOptions,
  ) {
    super(`Another migrator was still at work after ${lockTimeoutMs} ms`, options);
  }
}

/** The table of applied migrations could not be made or read; the cause says why. */
export class MigrationHistoryError extends DatabaseSetupError {
  readonly code = "migration_history_unavailable";

  constructor(message: string, options: { cause: unknown }) {
    super(`${message}: ${reasonOf(options.cause)}`, options);
  }
}

/** `historyTable` names no table. */
export class InvalidHistoryTableError extends DatabaseSetupError {
  readonly code = "invalid_history_table";

  constructor(option: string, maxBytes: number) {
    super(
      `historyTable.${option} must be a name of 1 to ${maxBytes} bytes without backslashes and control characters`,
    );
  }
}

/** The history's table is one of another tool. Nothing was changed. */
export class ForeignHistoryTableError extends DatabaseSetupError {
  readonly code = "foreign_history_table";

  constructor(
    /** In SQL, with its schema if `historyTable` names one. */
    readonly table: string,
    readonly columns: readonly string[],
  ) {
    const shown = columns.slice(0, 5).join(", ");
    super(
      `The table ${table} has the columns ${shown}${columns.length > 5 ? " and more" : ""}, and a history ` +
        "of the Migrator has name and applied_at: it is another tool's. " +
        'Give the Migrator another one, such as historyTable: { name: "object_store_migrations" }',
    );
  }
}

/** Two migrations of a list have the same name. */
export class DuplicateMigrationError extends DatabaseSetupError {
  readonly code = "duplicate_migration";

  constructor(readonly migration: string) {
    super(`The list has two migrations named ${migration}`);
  }
}

/** A name that was asked for is not in the list. */
export class MigrationNotFoundError extends DatabaseSetupError {
  readonly code = "migration_not_found";

  constructor(readonly migration: string) {
    super(`The list has no migration named ${migration}`);
  }
}

/** The database has migrations of a listed module that the list lacks: it is newer than this program. */
export class UnknownMigrationsError extends DatabaseSetupError {
  readonly code = "unknown_migrations";

  constructor(readonly migrations: readonly string[]) {
    super(`The database has migrations that are not in the list: ${migrations.join(", ")}`);
  }
}

/** A migration is pending though a later one of its module has been applied. */
export class MigrationOrderError extends DatabaseSetupError {
  readonly code = "migration_order";

  constructor(
    readonly pending: string,
    readonly applied: string,
  ) {
    super(`${pending} is pending, but ${applied}, which follows it, has been applied`);
  }
}

/**
 * A migration failed; the cause is what it threw. Nothing of it was kept, unless the connection was
 * lost during its COMMIT: then it may have been applied, but only together with its record.
 */
export class MigrationFailedError extends DatabaseSetupError {
  readonly code = "migration_failed";

  constructor(
    readonly migration: string,
    readonly direction: "up" | "down",
    options: { cause: unknown },
  ) {
    super(`Migration ${migration} (${direction}) failed: ${reasonOf(options.cause)}`, options);
  }
}

/**
 * A migration waited in vain for a lock, most often that of a table which a long transaction uses.
 * Nothing of it was kept; the cause is PostgreSQL's error.
 */
export class MigrationTableLockedError extends DatabaseSetupError {
  readonly code = "migration_table_locked";

  constructor(
    readonly migration: string,
    readonly direction: "up" | "down",
    options: { cause: unknown },
  ) {
    super(
      `Migration ${migration} (${direction}) waits for what another transaction has locked. ` +
        "Migrate again once that has ended: pg_stat_activity and pg_blocking_pids() show which it is",
      options,
    );
  }
}

function reasonOf(cause: unknown): string {
  return cause instanceof Error ? cause.message : String(cause);
}
