import { readFile, rename, rm } from "node:fs/promises";
import { join } from "node:path";
import { setTimeout as sleep } from "node:timers/promises";

import { PortInUseError, PostgresFailedError } from "./errors.js";
import { freePort } from "./free-port.js";
import { clearStalePidFile, readPidFile } from "./pid-file.js";
import { Postmaster, type PostmasterOptions } from "./postmaster.js";
import { unfinishedPath } from "./unfinished.js";

export type LaunchOptions = Omit<PostmasterOptions, "port" | "logFile"> & { readonly home: string };

/** Milliseconds that a server whose process died may take to end. */
const HANDOVER_TIMEOUT = 30_000;
/** Milliseconds before a server that shows no sign of ending counts as somebody's. */
const ORPHAN_GRACE = 2_000;
const ATTEMPTS = 10;

/**
 * Start a server on the data directory, as soon as one whose process was killed has left it.
 *
 * @param wantedPort 0 takes a free one
 * @returns undefined if another process has a server there
 * @throws PortInUseError, PostgresFailedError
 */
export async function launch(
  options: LaunchOptions,
  wantedPort: number,
): Promise<{ postmaster: Postmaster; port: number } | undefined> {
  if (!(await predecessorIsGone(options.dataDir))) return undefined;
  for (let attempt = 1; ; attempt++) {
    const port = wantedPort === 0 ? await freePort() : wantedPort;
    const outcome = await tryOnce(options, port);
    if (outcome instanceof Postmaster) return { postmaster: outcome, port };

    if (outcome.includes('"postmaster.pid" already exists')) return undefined;
    const portTaken = outcome.includes("Address already in use");
    const retriable =
      (portTaken && wantedPort === 0) ||
      // The main process of a crashed server is gone before the last of its children.
      outcome.includes("pre-existing shared memory block");
    if (retriable && !portTaken && attempt === ATTEMPTS) return undefined;
    if (!retriable || attempt === ATTEMPTS) {
      throw portTaken
        ? new PortInUseError(port)
        : new PostgresFailedError(`PostgreSQL did not start: ${outcome}`);
    }
    await sleep(100 * attempt);
  }
}

/** @returns the server, or its last words */
async function tryOnce(options: LaunchOptions, port: number): Promise<Postmaster | string> {
  // Not yet the proper name: that may be the log of a running server, which will win.
  const logFile = unfinishedPath(options.home);
  const postmaster = new Postmaster({ ...options, port, logFile });
  try {
    if (await postmaster.ready()) {
      await rename(logFile, join(options.home, "server.log"));
      return postmaster;
    }
    return await readFile(logFile, "utf8");
  } catch (error) {
    await postmaster.stop("immediate");
    throw error;
  } finally {
    await rm(logFile, { force: true });
  }
}

async function predecessorIsGone(dataDir: string): Promise<boolean> {
  const start = Date.now();
  for (;;) {
    const pidFile = await readPidFile(dataDir);
    if (pidFile === undefined || !(await clearStalePidFile(dataDir, pidFile))) return true;
    const patience = pidFile.status === "stopping" ? HANDOVER_TIMEOUT : ORPHAN_GRACE;
    if (Date.now() - start > patience) return false;
    await sleep(50);
  }
}
