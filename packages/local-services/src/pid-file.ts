import { execFile } from "node:child_process";
import { readFile, readlink, realpath, rm } from "node:fs/promises";
import { platform } from "node:os";
import { join } from "node:path";
import { promisify } from "node:util";

const execFileAsync = promisify(execFile);

/** What PostgreSQL's main process writes into its data directory, as pg_ctl reads it. */
export interface PidFile {
  readonly pid: number;
  /** "starting", "stopping", "ready" or "standby"; empty for its first moments. */
  readonly status: string;
}

const STATUS_LINE = 7;

/** The data directory's pid file, or undefined where there is none, or not a whole one yet. */
export async function readPidFile(dataDir: string): Promise<PidFile | undefined> {
  let text: string;
  try {
    text = await readFile(join(dataDir, "postmaster.pid"), "utf8");
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code === "ENOENT") return undefined;
    throw error;
  }
  const lines = text.split("\n");
  const pid = Number.parseInt(lines[0] ?? "", 10);
  return pid > 0 ? { pid, status: lines[STATUS_LINE]?.trim() ?? "" } : undefined;
}

/**
 * Remove a pid file whose number is by now that of another program, which after a restart of a
 * container is common: PostgreSQL itself would take that program for a running server.
 *
 * @returns whether a server runs on the data directory
 */
export async function clearStalePidFile(dataDir: string, { pid }: PidFile): Promise<boolean> {
  if (await isServer(pid, dataDir)) return true;
  const now = await readPidFile(dataDir);
  if (now?.pid === pid) await rm(join(dataDir, "postmaster.pid"), { force: true });
  return false;
}

/** A server's working directory is its data directory, which is proof enough where /proc has it. */
async function isServer(pid: number, dataDir: string): Promise<boolean> {
  if (platform() === "linux") {
    try {
      return (await readlink(`/proc/${pid}/cwd`)) === (await realpath(dataDir));
    } catch (error) {
      // Only a process that is gone is no server. One that hides its folder, as another account's
      // does from a root without CAP_SYS_PTRACE, is asked for its name, which anyone may read.
      return isGone(error) ? false : isNamedPostgres(pid);
    }
  }
  try {
    const { stdout } = await execFileAsync("ps", ["-o", "stat=,command=", "-p", String(pid)]);
    return stdout.includes("postgres") && !stdout.startsWith("Z");
  } catch {
    return false;
  }
}

async function isNamedPostgres(pid: number): Promise<boolean> {
  try {
    return (await readFile(`/proc/${pid}/comm`, "utf8")).trim() === "postgres";
  } catch (error) {
    return !isGone(error);
  }
}

function isGone(error: unknown): boolean {
  const code = typeof error === "object" && error !== null && "code" in error ? error.code : "";
  return code === "ENOENT" || code === "ESRCH";
}
