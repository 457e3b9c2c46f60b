import { randomUUID } from "node:crypto";
import { type FileHandle, open, unlink } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";

import { ProcessingUnavailableError } from "./errors.js";

/**
 * A file whose name is removed as soon as it is open, so that a crash leaves nothing.
 *
 * Every method but `close` throws ProcessingUnavailableError (`temporary file`).
 */
export class TemporaryFile {
  private constructor(private readonly file: FileHandle) {}

  static async open(folder = tmpdir()): Promise<TemporaryFile> {
    const path = join(folder, `media-processing-${randomUUID()}`);
    const file = await open(path, "wx+", 0o600).catch(fail);
    try {
      await unlink(path);
    } catch (error) {
      await file.close();
      fail(error);
    }
    return new TemporaryFile(file);
  }

  /** The file descriptor. */
  get fd(): number {
    return this.file.fd;
  }

  async write(bytes: Uint8Array, position: number): Promise<void> {
    for (let at = 0; at < bytes.byteLength;) {
      const { bytesWritten } = await this.file
        .write(bytes, at, undefined, position + at)
        .catch(fail);
      at += bytesWritten;
    }
  }

  /** Fills the target with the bytes from the position on. */
  async read(target: Uint8Array, position: number): Promise<void> {
    for (let at = 0; at < target.byteLength;) {
      const { bytesRead } = await this.file.read(target, at, undefined, position + at).catch(fail);
      if (bytesRead === 0) fail(new Error("a temporary file was cut short"));
      at += bytesRead;
    }
  }

  async close(): Promise<void> {
    await this.file.close();
  }
}

function fail(error: unknown): never {
  throw new ProcessingUnavailableError("temporary file", error);
}
