import { randomUUID } from "node:crypto";
import { mkdtemp, readdir, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";

import { pidIn } from "../../support/processes.js";

/** Modules with which decoder processes hang, and the processes that loaded them. */
export class HangingDecoders {
  private constructor(private readonly folder: string) {}

  static async create(): Promise<HangingDecoders> {
    return new HangingDecoders(await mkdtemp(join(tmpdir(), "object-store-decoders-")));
  }

  /** The URL of such a module. A process that loads it writes its pid to this file. */
  module(when: "start" | "decode" | "never"): { url: URL; pidFile: string } {
    const pidFile = join(this.folder, randomUUID());
    const url = new URL("./hanging-decoder.js", import.meta.url);
    url.search = new URLSearchParams({ when, pidFile }).toString();
    return { url, pidFile };
  }

  /** Ends those that a failed test left. */
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
