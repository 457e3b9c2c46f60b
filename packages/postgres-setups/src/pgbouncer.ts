import { chown, readFile, stat, writeFile } from "node:fs/promises";
import { join } from "node:path";

import { freePort, prepareHome, ServerProcess } from "@repo/local-services/processes";

import { undoneOnFailure } from "./endings.js";
import { findPgBouncer } from "./find-pgbouncer.js";
import { onPort } from "./on-port.js";
import { temporaryFolder } from "./temporary-folder.js";
import { waitUntil } from "./wait-until.js";

/** A PgBouncer on 127.0.0.1. It ends with this process at the latest. */
export interface PgBouncer {
  /** The target's, at PgBouncer's address; any other database of the server is reached as well. */
  readonly url: string;
  /** Cuts all connections. Idempotent. */
  close(): Promise<void>;
}

const ATTEMPTS = 10;

/**
 * Starts PgBouncer in transaction mode before the server of `target`, for that URL's user. All else
 * is as it comes: what clients do between transactions is lost, and startup parameters are refused.
 *
 * @throws Error if it is not installed; see findPgBouncer
 */
export async function startPgBouncer(target: string): Promise<PgBouncer> {
  const program = findPgBouncer();
  if (program === undefined) {
    throw new Error("pgbouncer is not installed; on Debian: apt-get install pgbouncer");
  }
  return undoneOnFailure(async (endings) => {
    const folder = await temporaryFolder();
    endings.defer(() => folder.remove());
    const home = join(folder.path, "pgbouncer");
    // PgBouncer refuses to run as root, too.
    const shell = await prepareHome(home, program);
    const logFile = join(home, "pgbouncer.log");
    for (let attempt = 1; ; attempt++) {
      const port = await freePort();
      const server = new ServerProcess({
        shell,
        command: [program, await configure(home, target, port)],
        logFile,
        orphanSignal: "SIGTERM",
      });
      endings.defer(async () => {
        server.signal("SIGTERM");
        await server.ended;
      });
      const log = await firstWords(server, logFile);
      if (server.running) return { url: onPort(target, port), close: () => endings.end() };
      if (attempt === ATTEMPTS || !log.includes("Address already in use")) {
        throw new Error(`pgbouncer did not start: ${log}`);
      }
    }
  });
}

/** @returns the path of the configuration */
async function configure(home: string, target: string, port: number): Promise<string> {
  const { hostname, port: targetPort, username, password } = new URL(target);
  const { uid, gid } = await stat(home);
  const write = async (name: string, lines: string[]): Promise<string> => {
    const file = join(home, name);
    await writeFile(file, lines.join("\n"), { mode: 0o600 });
    await chown(file, uid, gid);
    return file;
  };
  const users = await write("userlist.txt", [`${quoted(username)} ${quoted(password)}`, ""]);
  return write("pgbouncer.ini", [
    "[databases]",
    `* = host=${hostname} port=${targetPort || "5432"}`,
    "[pgbouncer]",
    "listen_addr = 127.0.0.1",
    `listen_port = ${port}`,
    "unix_socket_dir =",
    "auth_type = scram-sha-256",
    `auth_file = ${users}`,
    "pool_mode = transaction",
    "",
  ]);
}

function quoted(encoded: string): string {
  return `"${decodeURIComponent(encoded).replaceAll('"', '""')}"`;
}

/** Waits until the server listens or has ended, and gives what it printed. */
async function firstWords(server: ServerProcess, logFile: string): Promise<string> {
  let log = "";
  await waitUntil("pgbouncer listens or has ended", async () => {
    const hasEnded = !server.running;
    log = await logged(logFile);
    return hasEnded || log.includes("process up");
  });
  return log;
}

async function logged(file: string): Promise<string> {
  try {
    return await readFile(file, "utf8");
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code === "ENOENT") return "";
    throw error;
  }
}
