/** Base of every failure of this package; `code` is stable and safe to switch on. */
export abstract class LocalServicesError extends Error {
  abstract readonly code: string;

  constructor(message: string, options?: ErrorOptions) {
    super(message, options);
    this.name = new.target.name;
  }
}

/** Another live process runs a server on the data directory. */
export class DataDirInUseError extends LocalServicesError {
  readonly code = "data_dir_in_use";

  constructor(readonly dataDir: string) {
    super(
      `${dataDir} is in use by another running process; stop that one, or use another data directory`,
    );
  }
}

/** The data directory cannot be made, or its owner cannot work in it; `cause` says why. */
export class UnusableDataDirError extends LocalServicesError {
  readonly code = "unusable_data_dir";

  constructor(
    readonly dataDir: string,
    options: ErrorOptions,
  ) {
    super(`${dataDir} cannot hold data; use another data directory`, options);
  }
}

/** The folder that PostgreSQL's data would go into holds files that this package did not make. */
export class ForeignDataDirError extends LocalServicesError {
  readonly code = "foreign_data_dir";

  constructor(readonly folder: string) {
    super(`${folder} holds other files than PostgreSQL's; use another data directory`);
  }
}

/** The port that was asked for is taken. */
export class PortInUseError extends LocalServicesError {
  readonly code = "port_in_use";

  constructor(
    readonly port: number,
    options?: ErrorOptions,
  ) {
    super(
      `Port ${port} on 127.0.0.1 is in use; free it, or ask for port 0 to get a free one`,
      options,
    );
  }
}

/** PostgreSQL could not be initialised, started or stopped; the message ends with its own words. */
export class PostgresFailedError extends LocalServicesError {
  readonly code = "postgres_failed";
}

/** The process runs as root, and no unprivileged account can reach the binaries and the data. */
export class NoUnprivilegedAccountError extends LocalServicesError {
  readonly code = "no_unprivileged_account";
}

/** There are no PostgreSQL binaries for this operating system and processor. */
export class UnsupportedPlatformError extends LocalServicesError {
  readonly code = "unsupported_platform";
}
