import { existsSync } from "node:fs";

/** Where Debian, a build from source and Homebrew put it; /usr/sbin is in no ordinary user's PATH. */
const PLACES = [
  "/usr/sbin/pgbouncer",
  "/usr/bin/pgbouncer",
  "/usr/local/bin/pgbouncer",
  "/opt/homebrew/bin/pgbouncer",
];

/** The program's path, or undefined where it is not installed. */
export function findPgBouncer(): string | undefined {
  return PLACES.find((path) => existsSync(path));
}
