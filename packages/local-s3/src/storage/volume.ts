import { randomUUID } from "node:crypto";
import { open, readdir, rename, rm } from "node:fs/promises";
import { dirname, join } from "node:path";

import { systemErrorCode } from "../system-error-code.js";
import { FILE_MODE, makeFolder } from "./make-folder.js";

/**
 * The folder that holds everything. Files and folders are made whole under `tmp` and then renamed to
 * their place, which on one file system happens entirely or not at all; what a killed process left
 * in `tmp` is removed at start.
 */
export class Volume {
  readonly bucketsDir: string;
  readonly #tmpDir: string;

  private constructor(
    root: string,
    private readonly durable: boolean,
  ) {
    this.bucketsDir = bucketsFolder(root);
    this.#tmpDir = join(root, "tmp");
  }

  static async open(root: string, durable: boolean): Promise<Volume> {
    const volume = new Volume(root, durable);
    await makeFolder(volume.bucketsDir);
    await makeFolder(volume.#tmpDir);
    await Promise.all(
      (await readdir(volume.#tmpDir)).map((name) => volume.remove(join(volume.#tmpDir, name))),
    );
    return volume;
  }

  /** A path for something unfinished; nothing exists there yet. */
  temporaryPath(): string {
    return join(this.#tmpDir, randomUUID());
  }

  async remove(path: string): Promise<void> {
    await rm(path, { recursive: true, force: true });
  }

  /** Flushes a file's bytes, or a folder's entries, to the disk when the volume is durable. */
  async flush(path: string): Promise<void> {
    if (!this.durable) return;
    const handle = await open(path, "r");
    try {
      await handle.sync();
    } finally {
      await handle.close();
    }
  }

  /** Writes a small file so that readers see the old content or the new, never a mixture. */
  async writeJson(path: string, value: object): Promise<void> {
    const temporary = this.temporaryPath();
    try {
      const handle = await open(temporary, "wx", FILE_MODE);
      try {
        await handle.writeFile(JSON.stringify(value));
      } finally {
        await handle.close();
      }
      await this.flush(temporary);
      await rename(temporary, path);
    } finally {
      await this.remove(temporary);
    }
    await this.flush(dirname(path));
  }
}

/** The folder, below the data folder, that holds what is stored. */
export function bucketsFolder(root: string): string {
  return join(root, "buckets");
}

/** Whether a file operation failed because nothing exists at its path. */
export function isAbsent(error: unknown): boolean {
  return systemErrorCode(error) === "ENOENT";
}
