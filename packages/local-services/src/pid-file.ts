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
  try {
    if (platform() === "linux") {
      return (await readlink(`/proc/${pid}/cwd`)) === (await realpath(dataDir));
    }
    const { stdout } = await execFileAsync("ps", ["-o", "stat=,command=", "-p", String(pid)]);
    return stdout.includes("postgres") && !stdout.startsWith("Z");
  } catch {
    return false;
  }
}
