import { setTimeout as sleep } from "node:timers/promises";

import type { AccountShell } from "./account.js";
import { PostgresFailedError } from "./errors.js";
import { readPidFile } from "./pid-file.js";
import { ServerProcess } from "./server-process.js";

export interface PostmasterOptions {
  readonly postgres: string;
  readonly shell: AccountShell;
  readonly dataDir: string;
  /** Made or emptied; gets the server's messages. */
  readonly logFile: string;
  readonly port: number;
  readonly durable: boolean;
}

/** Milliseconds: recovery after a crash is part of a start. */
const START_TIMEOUT = 60_000;
/** Milliseconds, after which a stop becomes an immediate one. */
const STOP_TIMEOUT = 30_000;
const POLL_INTERVAL = 15;

/** A running PostgreSQL server, which ends with this process at the latest. */
export class Postmaster {
  readonly #options: PostmasterOptions;
  readonly #process: ServerProcess;

  constructor(options: PostmasterOptions) {
    const { shell, logFile, postgres, dataDir, port, durable } = options;
    this.#options = options;
    this.#process = new ServerProcess({
      shell,
      logFile,
      command: [postgres, "-D", dataDir, ...settings({ port, durable })],
      orphanSignal: "SIGINT",
    });
  }

  /**
   * Wait until connections are accepted.
   *
   * @returns false if the server ended instead; its log says why
   * @throws PostgresFailedError if it did neither within a minute, and still runs
   */
  async ready(): Promise<boolean> {
    const deadline = Date.now() + START_TIMEOUT;
    while (this.#process.running) {
      const pidFile = await readPidFile(this.#options.dataDir);
      if (pidFile?.pid === this.#process.pid && pidFile?.status === "ready") return true;
      if (Date.now() > deadline) throw new PostgresFailedError("PostgreSQL did not get ready");
      await Promise.race([this.#process.ended, sleep(POLL_INTERVAL)]);
    }
    const cause = this.#process.spawnError;
    if (cause) throw new PostgresFailedError("PostgreSQL could not be run", { cause });
    return false;
  }

  /** Idempotent. "fast" cuts the clients off and shuts down cleanly; "immediate" is a crash. */
  async stop(mode: "fast" | "immediate"): Promise<void> {
    if (!this.#process.running) return;
    this.#process.signal(mode === "fast" ? "SIGINT" : "SIGQUIT");
    const impatience = setTimeout(() => {
      this.#process.signal("SIGQUIT");
    }, STOP_TIMEOUT);
    await this.#process.ended;
    clearTimeout(impatience);
  }
}

function settings({ port, durable }: { port: number; durable: boolean }): string[] {
  const values = {
    listen_addresses: "127.0.0.1",
    port,
    // Paths of sockets are limited to about a hundred bytes, and nothing here needs one.
    unix_socket_directories: "",
    logging_collector: "off",
    ...(durable ? {} : { fsync: "off", full_page_writes: "off" }),
  };
  return Object.entries(values).flatMap(([name, value]) => ["-c", `${name}=${value}`]);
}
