import { type ChildProcess, spawn } from "node:child_process";
import type { Socket } from "node:net";

import type { AccountShell } from "./account.js";

export interface ServerProcessOptions {
  readonly shell: AccountShell;
  /** The program and its arguments; it stays in the foreground. */
  readonly command: readonly string[];
  /** Made or emptied; gets what the server prints. */
  readonly logFile: string;
  /** Sent to the server when this process has died. */
  readonly orphanSignal: "SIGINT" | "SIGTERM";
}

/**
 * $1 = signal, $2 = log file, the rest is the server's command line. The shell becomes the server;
 * what it leaves behind waits for the end of the pipe on descriptor 3, which comes when the parent
 * dies, however that happens, and then stops the server. A line instead says that the server has
 * ended.
 */
const RUN_SCRIPT = `
umask 077
exec </dev/null >"$2" 2>&1
signal=$1
shift 2
( { read -r _ <&3 || kill -s "$signal" $$; } & )
exec "$@" 3<&-
`;

/** A server under another account, which is a child of this process and ends with it at the latest. */
export class ServerProcess {
  readonly #child: ChildProcess;
  readonly #lifeline: Socket;
  /** Resolves when the server has ended or could not be run. */
  readonly ended: Promise<void>;
  #running = true;
  #spawnError: Error | undefined;

  constructor({ shell, command, logFile, orphanSignal }: ServerProcessOptions) {
    const signal = orphanSignal.slice("SIG".length);
    this.#child = spawn(
      shell.file,
      [...shell.args, "-c", RUN_SCRIPT, "sh", signal, logFile, ...command],
      // A group of its own: Ctrl-C at a terminal is for the parent, which then stops the server.
      { ...shell.options, stdio: ["ignore", "ignore", "ignore", "pipe"], detached: true },
    );
    this.#lifeline = this.#child.stdio[3] as Socket;
    // A broken pipe says that the watcher has gone first, and then there is nobody to tell.
    this.#lifeline.on("error", () => undefined);
    this.ended = new Promise<void>((resolve) => {
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

  get pid(): number | undefined {
    return this.#child.pid;
  }

  get running(): boolean {
    return this.#running;
  }

  /** Why the program could not be run at all. */
  get spawnError(): Error | undefined {
    return this.#spawnError;
  }

  signal(name: NodeJS.Signals): void {
    this.#child.kill(name);
  }
}
