export interface MigrationContext {
  /**
   * Run SQL in the migration's transaction. Several statements are allowed where there are no
   * parameters; COMMIT, ROLLBACK and what cannot run in a transaction are not.
   *
   * @param parameters the values of $1, $2 and so on
   * @returns the rows of the last statement
   */
  readonly query: (
    sql: string,
    parameters?: readonly unknown[],
  ) => Promise<Record<string, unknown>[]>;
}

/**
 * One step of the schema's history: plain SQL, frozen once released, without models, which describe
 * the schema of today.
 */
export interface Migration {
  /** `<module>/<number>-<what>`, unique and never changed. Order counts within a module. */
  readonly name: string;
  up(context: MigrationContext): Promise<void>;
  down(context: MigrationContext): Promise<void>;
}
