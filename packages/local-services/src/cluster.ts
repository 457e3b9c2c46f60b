import { spawn } from "node:child_process";
import { randomBytes } from "node:crypto";
import { readFile, rename, rm } from "node:fs/promises";
import { join } from "node:path";

import type { AccountShell } from "./account.js";
import { PostgresFailedError } from "./errors.js";
import { unfinishedPath } from "./unfinished.js";

/** PostgreSQL's superuser in every cluster made here. */
export const SUPERUSER = "postgres";

/** An initialised data directory, and the password of its superuser, which is kept beside it. */
export interface Cluster {
  readonly dataDir: string;
  readonly password: string;
}

export interface InitOptions {
  readonly home: string;
  readonly initdb: string;
  readonly shell: AccountShell;
  readonly durable: boolean;
}

const INITDB_FLAGS = [
  `--username=${SUPERUSER}`,
  "--auth=scram-sha-256",
  "--encoding=UTF8",
  "--locale-provider=builtin",
  "--builtin-locale=C.UTF-8",
  "--locale=C",
  "--no-instructions",
];

/** $1 = new folder, $2 = initdb, the rest its flags; the password comes on standard input. */
const INIT_SCRIPT = `
umask 077
read -r password && mkdir "$1" && printf '%s\\n' "$password" > "$1/password" || exit
home=$1 initdb=$2
shift 2
exec "$initdb" --pgdata="$home/data" --pwfile="$home/password" "$@"
`;

/**
 * The cluster below `home`, made now if there is none. It is made aside and then renamed into
 * place, so that neither a crash nor a second process can leave or see half of one.
 *
 * @throws PostgresFailedError
 */
export async function ensureCluster(options: InitOptions): Promise<Cluster> {
  const place = join(options.home, "cluster");
  return (await readCluster(place)) ?? (await makeCluster(place, options));
}

async function readCluster(place: string): Promise<Cluster | undefined> {
  try {
    const password = await readFile(join(place, "password"), "utf8");
    return { dataDir: join(place, "data"), password: password.trim() };
  } catch (error) {
    if (hasCode(error, "ENOENT")) return undefined;
    throw error;
  }
}

async function makeCluster(place: string, options: InitOptions): Promise<Cluster> {
  const aside = unfinishedPath(options.home);
  try {
    await runInitdb(aside, options);
    await rename(aside, place);
  } catch (error) {
    await rm(aside, { recursive: true, force: true });
    // Another process was quicker; its cluster is as good.
    if (!hasCode(error, "ENOTEMPTY", "EEXIST")) throw error;
  }
  const cluster = await readCluster(place);
  if (cluster === undefined) throw new PostgresFailedError(`${place} vanished while it was made`);
  return cluster;
}

async function runInitdb(aside: string, { initdb, shell, durable }: InitOptions): Promise<void> {
  const flags = durable ? INITDB_FLAGS : [...INITDB_FLAGS, "--no-sync"];
  const args = [...shell.args, "-c", INIT_SCRIPT, "sh", aside, initdb, ...flags];
  const child = spawn(shell.file, args, { ...shell.options, stdio: "pipe" });
  let output = "";
  child.stdout.setEncoding("utf8").on("data", (text: string) => (output += text));
  child.stderr.setEncoding("utf8").on("data", (text: string) => (output += text));
  const status = await new Promise((resolve, reject) => {
    child.on("error", reject).on("close", (code, signal) => {
      resolve(code ?? signal);
    });
    child.stdin.on("error", reject).end(`${randomBytes(24).toString("base64url")}\n`);
  });
  if (status !== 0) throw new PostgresFailedError(`initdb ended with ${String(status)}: ${output}`);
}

function hasCode(error: unknown, ...codes: string[]): boolean {
  return codes.includes((error as NodeJS.ErrnoException).code ?? "");
}
