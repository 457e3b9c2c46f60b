import { statSync } from "node:fs";
import { type FileHandle, open } from "node:fs/promises";
import { connect, createServer, type Server } from "node:net";

import { S3Error } from "../errors.js";
import { systemErrorCode } from "../system-error-code.js";
import { makeFolder } from "./make-folder.js";

/** How often a holder may come to its end between our attempt and our question who it is. */
const ATTEMPTS = 5;
const ANSWER_TIMEOUT_MS = 2000;

/**
 * Keeps a folder to one server, as long as the process lives and the folder exists.
 *
 * The lock is an abstract Unix socket whose name is the folder's device and inode. The kernel gives a
 * name to one socket only, and frees it when the process ends: there is no stale file, and no process
 * id that another process has by now. The holder sends its process id to each client that connects.
 * Works on Linux only. A process in another network namespace, such as a container, has other names.
 */
export class FolderLock {
  private constructor(
    private readonly folder: string,
    /** Open, so that no other folder gets the inode. */
    private readonly handle: FileHandle,
    private readonly inode: bigint,
    private readonly socket: Server | undefined,
  ) {}

  /**
   * Makes the folder when it is absent.
   *
   * @throws {Error} naming the process id of the server that has the folder
   */
  static async take(folder: string): Promise<FolderLock> {
    await makeFolder(folder);
    const handle = await open(folder, "r");
    try {
      const { dev, ino } = await handle.stat({ bigint: true });
      const socket =
        process.platform === "linux" ? await claim(folder, `\0local-s3:${dev}:${ino}`) : undefined;
      return new FolderLock(folder, handle, ino, socket);
    } catch (error) {
      await handle.close();
      throw error;
    }
  }

  /** @throws {S3Error} InternalError when the folder was deleted, or another one is in its place */
  requireFolder(): void {
    const now = statSync(this.folder, { bigint: true, throwIfNoEntry: false });
    if (now?.ino === this.inode) return;
    throw new S3Error(
      "InternalError",
      `The data folder was deleted while the server runs: ${this.folder}. Start the server again.`,
    );
  }

  /** Idempotent. */
  async release(): Promise<void> {
    const { socket } = this;
    if (socket?.listening === true) await new Promise((resolve) => socket.close(resolve));
    await this.handle.close();
  }
}

async function claim(folder: string, name: string): Promise<Server> {
  for (let attempt = 0; attempt < ATTEMPTS; attempt++) {
    const socket = await listen(name);
    if (socket !== undefined) return socket;
    const holder = await ask(name);
    if (holder !== undefined) {
      throw new Error(`${folder} is in use by another local-s3, process ${holder}`);
    }
  }
  throw new Error(`${folder} is in use by another local-s3`);
}

/** @returns undefined when another socket has the name */
function listen(name: string): Promise<Server | undefined> {
  return new Promise((resolve, reject) => {
    const server = createServer((peer) =>
      peer.on("error", () => peer.destroy()).end(String(process.pid)),
    );
    server.unref();
    server.once("error", (error) => {
      if (systemErrorCode(error) === "EADDRINUSE") resolve(undefined);
      else reject(error);
    });
    server.listen({ path: name, exclusive: true }, () => {
      resolve(server);
    });
  });
}

/** @returns the holder's process id, `unknown` when it does not answer, undefined when it is gone */
function ask(name: string): Promise<string | undefined> {
  return new Promise((resolve) => {
    let answer = "";
    const peer = connect(name);
    peer.setTimeout(ANSWER_TIMEOUT_MS, () => {
      answer = "unknown";
      peer.destroy();
    });
    peer.on("data", (chunk) => {
      answer += chunk.toString();
      if (!/^\d{1,10}$/.test(answer)) {
        // Another program has the name.
        answer = "unknown";
        peer.destroy();
      }
    });
    peer.on("error", () => undefined);
    peer.on("close", () => {
      resolve(answer === "" ? undefined : answer);
    });
  });
}
