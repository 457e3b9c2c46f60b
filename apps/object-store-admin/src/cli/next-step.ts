/** PostgreSQL's codes for a missing schema, table or column: the tables are not there, or are older. */
const OLD_SCHEMA = new Set(["3F000", "42P01", "42703"]);

const BY_CODE: Readonly<Record<string, string>> = {
  database_unavailable: "Check that PostgreSQL runs at DATABASE_URL and can be reached from here.",
  migrator_connection_failed: "Check DATABASE_URL: the server, the user and the password.",
  foreign_history_table: "Set HISTORY_TABLE, such as object_store_migrations.",
  invalid_history_table: "Check HISTORY_TABLE.",
  migration_table_locked: "Nothing of this migration was kept. Repeat it.",
  migration_history_unavailable: "Check DATABASE_URL, and that its user may read the schema.",
  migration_lock_timeout: "Another migration is at work. Wait for it, or end it, and repeat.",
  unknown_migrations: "The database is newer than this program. Run the program of its release.",
  invalid_database_url: "DATABASE_URL looks like postgres://user:password@host:5432/database.",
  s3_storage_full: "The bucket or the server is full. Make room, or raise the quota.",
  s3_wrong_endpoint: "The bucket is elsewhere. Check S3_ENDPOINT and S3_REGION.",
  storage_unavailable: "Check that S3 runs at S3_ENDPOINT and can be reached from here.",
  storage_error: "Check S3_BUCKET, and that the credentials may read and delete in it.",
};

/** PostgreSQL's `duplicate_table`. */
const TABLE_EXISTS = "42P07";

/** PostgreSQL's `insufficient_privilege`. */
const NOT_PERMITTED = "42501";

/** What to do about an error, as far as its kind tells. */
export function nextStep(error: unknown): string | undefined {
  const codes = [...chainOf(error)].map(codeOf);
  if (codes.some((code) => code !== undefined && OLD_SCHEMA.has(code))) {
    return 'The tables are missing or older than this program. Run "migrate up" first, or the tool that made them, or check TABLES_SCHEMA and TABLE_NAMES.';
  }
  if (codes.includes(NOT_PERMITTED)) {
    return "Grant the privilege to the user of DATABASE_URL, or take another: migrations create tables, and refer to that of the owners.";
  }
  if (codes.includes(TABLE_EXISTS)) {
    return "If the table is of the module's own, another tool made it: go on with that one. Otherwise name the application's users in OWNER_TABLE, and other names for these tables in TABLE_NAMES.";
  }
  if ([...chainOf(error)].some(({ name }) => name === "CredentialsProviderError")) {
    return "Set S3_ACCESS_KEY_ID and S3_SECRET_ACCESS_KEY, or what the AWS SDK reads, such as AWS_PROFILE.";
  }
  // The cause is more precise than what it was made of.
  const known = codes.findLast((code) => code !== undefined && Object.hasOwn(BY_CODE, code));
  return known === undefined ? undefined : BY_CODE[known];
}

function* chainOf(error: unknown): Generator<Error> {
  for (let at = error, depth = 0; at instanceof Error && depth < 10; depth += 1) {
    yield at;
    // Sequelize keeps what PostgreSQL said as `parent`.
    at = at.cause ?? ("parent" in at ? at.parent : undefined);
  }
}

function codeOf(error: Error): string | undefined {
  return "code" in error && typeof error.code === "string" ? error.code : undefined;
}
