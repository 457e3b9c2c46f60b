import { randomUUID } from "node:crypto";
import { type FileHandle, open, unlink } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";

import { temporaryFileFailure } from "../../machine-failure.js";

const CHUNK_BYTES = 256 * 1024;

/**
 * Bytes that wait on disk, in a temporary file whose name is removed at once: whatever becomes of
 * the process, nothing is left.
 *
 * Whatever fails but `close` is a ResourceUnavailableError (`resource_unavailable`).
 */
export class Spool {
  #byteLength = 0;

  private constructor(private readonly file: FileHandle) {}

  static async open(folder = tmpdir()): Promise<Spool> {
    const path = join(folder, `object-store-${randomUUID()}`);
    const file = await open(path, "wx+", 0o600).catch(fail);
    try {
      await unlink(path);
    } catch (error) {
      await file.close();
      fail(error);
    }
    return new Spool(file);
  }

  get byteLength(): number {
    return this.#byteLength;
  }

  async append(bytes: Uint8Array): Promise<void> {
    for (let at = 0; at < bytes.byteLength;) {
      const { bytesWritten } = await this.file
        .write(bytes, at, undefined, this.#byteLength)
        .catch(fail);
      this.#byteLength += bytesWritten;
      at += bytesWritten;
    }
  }

  /** The bytes from the start; each chunk is good until the next one. */
  async *chunks(): AsyncGenerator<Uint8Array, void, undefined> {
    const chunk = Buffer.alloc(Math.min(CHUNK_BYTES, this.#byteLength));
    for (let at = 0; at < this.#byteLength;) {
      const { bytesRead } = await this.file.read(chunk, 0, chunk.length, at).catch(fail);
      if (bytesRead === 0) fail(new Error("a temporary file was cut short"));
      yield chunk.subarray(0, bytesRead);
      at += bytesRead;
    }
  }

  async close(): Promise<void> {
    await this.file.close();
  }
}

function fail(error: unknown): never {
  throw temporaryFileFailure(error);
}
