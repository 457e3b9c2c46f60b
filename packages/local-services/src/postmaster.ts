import { type ChildProcess, spawn } from "node:child_process";
import type { Socket } from "node:net";
import { setTimeout as sleep } from "node:timers/promises";

import type { AccountShell } from "./account.js";
import { PostgresFailedError } from "./errors.js";
import { readPidFile } from "./pid-file.js";

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

/**
 * $1 = log file, the rest is the server's command line. The shell becomes the server; what it
 * leaves behind waits for the end of the pipe on descriptor 3, which comes when the parent dies,
 * however that happens, and then stops the server. A line instead says that the server has ended.
 */
const RUN_SCRIPT = `
umask 077
exec </dev/null >"$1" 2>&1
shift
( { read -r _ <&3 || kill -s INT $$; } & )
exec "$@" 3<&-
`;

/** A running PostgreSQL server, which is a child of this process and ends with it at the latest. */
export class Postmaster {
  readonly #child: ChildProcess;
  readonly #lifeline: Socket;
  readonly #options: PostmasterOptions;
  readonly #ended: Promise<void>;
  #running = true;
  #spawnError: Error | undefined;

  constructor(options: PostmasterOptions) {
    const { shell, logFile, postgres, dataDir, port, durable } = options;
    const args = ["-D", dataDir, ...settings({ port, durable })];
    this.#options = options;
    this.#child = spawn(
      shell.file,
      [...shell.args, "-c", RUN_SCRIPT, "sh", logFile, postgres, ...args],
      // A group of its own: Ctrl-C at a terminal is for the parent, which then stops the server.
      { ...shell.options, stdio: ["ignore", "ignore", "ignore", "pipe"], detached: true },
    );
    this.#lifeline = this.#child.stdio[3] as Socket;
    // A broken pipe says that the watcher has gone first, and then there is nobody to tell.
    this.#lifeline.on("error", () => undefined);
    this.#ended = new Promise<void>((resolve) => {
      this.#child
        .once("exit", () => {
          resolve();
        })
        .once("error", (cause) => {
          this.#spawnError = cause;
          resolve();
        });
    }).then(() => {
      this.#running = false;
      this.#lifeline.end("\n");
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
    while (this.#running) {
      const pidFile = await readPidFile(this.#options.dataDir);
      if (pidFile?.pid === this.#child.pid && pidFile?.status === "ready") return true;
      if (Date.now() > deadline) throw new PostgresFailedError("PostgreSQL did not get ready");
      await Promise.race([this.#ended, sleep(POLL_INTERVAL)]);
    }
    if (this.#spawnError) {
      throw new PostgresFailedError("PostgreSQL could not be run", { cause: this.#spawnError });
    }
    return false;
  }

  /** Idempotent. "fast" cuts the clients off and shuts down cleanly; "immediate" is a crash. */
  async stop(mode: "fast" | "immediate"): Promise<void> {
    if (!this.#running) return;
    this.#child.kill(mode === "fast" ? "SIGINT" : "SIGQUIT");
    const impatience = setTimeout(() => this.#child.kill("SIGQUIT"), STOP_TIMEOUT);
    await this.#ended;
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
