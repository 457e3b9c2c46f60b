import { randomUUID } from "node:crypto";
import { mkdtemp, readdir, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";

import { pidIn } from "./processes.js";

/** Modules that make processes hang, and the processes that loaded them. */
export class HangingProcesses {
  private constructor(private readonly folder: string) {}

  static async create(): Promise<HangingProcesses> {
    return new HangingProcesses(await mkdtemp(join(tmpdir(), "hanging-processes-")));
  }

  /** The URL of such a module, and the file to which its process writes its pid. */
  module(when: "start" | "job" | "never"): { url: URL; pidFile: string } {
    const pidFile = join(this.folder, randomUUID());
    const url = new URL("../fixtures/hanging-jobs.js", import.meta.url);
    url.search = new URLSearchParams({ when, pidFile }).toString();
    return { url, pidFile };
  }

  /** Ends the processes that a failed test left. */
  async close(): Promise<void> {
    for (const name of await readdir(this.folder)) {
      try {
        process.kill(await pidIn(join(this.folder, name)), "SIGKILL");
      } catch {
        // It has ended.
      }
    }
    await rm(this.folder, { recursive: true });
  }
}
