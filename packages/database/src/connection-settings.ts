import type { ConnectionOptions as TlsOptions } from "node:tls";

import { parseIntoClientConfig } from "pg-connection-string";

import { InvalidDatabaseUrlError } from "./errors.js";

/** Where the database is, and who connects to it. */
export interface ConnectionSettings {
  readonly host: string;
  /** Default 5432. */
  readonly port?: number;
  readonly database: string;
  readonly username: string;
  readonly password?: string;
  /** Default false. An object is for `tls.connect`; true verifies the server's certificate. */
  readonly ssl?: boolean | TlsOptions;
}

/**
 * Read a `postgresql://` URL as node-postgres does. Of its parameters, those about TLS count
 * (`sslmode`, `sslrootcert` and the like).
 *
 * @throws InvalidDatabaseUrlError
 */
export function parseDatabaseUrl(url: string): ConnectionSettings {
  if (!/^postgres(ql)?:\/\//i.test(url)) {
    throw new InvalidDatabaseUrlError("A database URL starts with postgresql://");
  }
  let config;
  try {
    config = parseIntoClientConfig(url);
  } catch {
    // No cause: the parser's error may quote the URL, and the URL may hold a password.
    throw new InvalidDatabaseUrlError("The database URL cannot be parsed");
  }
  const { host, port, database, user, password, ssl } = config;
  if (!host || !database || !user) {
    throw new InvalidDatabaseUrlError("A database URL names a user, a host and a database");
  }
  return {
    host,
    database,
    username: user,
    ...(port && { port }),
    ...(typeof password === "string" && { password }),
    ...(ssl !== undefined && { ssl }),
  };
}
