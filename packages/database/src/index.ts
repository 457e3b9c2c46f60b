export { type ConnectionSettings } from "./connection-settings.js";
export { Connections, type ConnectionsOptions, type Place } from "./connections/connections.js";
export type { Pooler } from "./connections/pooler.js";
export { createDatabase, type DatabaseOptions, type PoolOptions } from "./create-database.js";
export {
  DatabaseSetupError,
  DuplicateMigrationError,
  ForeignHistoryTableError,
  InvalidDatabaseUrlError,
  InvalidHistoryTableError,
  MigrationFailedError,
  MigrationHistoryError,
  MigrationLockTimeoutError,
  MigrationNotFoundError,
  MigrationOrderError,
  MigrationTableLockedError,
  MigratorConnectionError,
  UnknownMigrationsError,
} from "./errors.js";
export { databaseMigrations } from "./migrations/database-migrations.js";
export type { HistoryTable } from "./migrator/history.js";
export { type Migration, type MigrationContext } from "./migrator/migration.js";
export {
  type DownOptions,
  type MigrationStatus,
  Migrator,
  type MigratorOptions,
} from "./migrator/migrator.js";
export { BaseModel } from "./models/base.model.js";
export { User } from "./models/user.model.js";
export { ModelColumns } from "./prepared/model-columns.js";
export {
  type PreparedOptions,
  PreparedStatement,
  type SqlParameter,
} from "./prepared/prepared-statement.js";
export { isStalePlan } from "./prepared/stale-plan.js";
