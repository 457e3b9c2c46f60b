import { randomUUID } from "node:crypto";
import { type FileHandle, open, unlink } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";

import { ProcessingUnavailableError } from "./errors.js";
import type { JobBytes } from "./jobs.js";

const CHUNK_BYTES = 256 * 1024;

/**
 * Keeps bytes on disk until a job reads them. The name of the temporary file is removed as soon as it is
 * open, so that a crash leaves nothing.
 *
 * Every method but `close` throws ProcessingUnavailableError (`temporary file`).
 */
export class Spool implements JobBytes {
  #byteLength = 0;

  private constructor(private readonly file: FileHandle) {}

  static async open(folder = tmpdir()): Promise<Spool> {
    const path = join(folder, `media-processing-${randomUUID()}`);
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

  /** Yields the bytes from the start. Each chunk is overwritten by the next one. */
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
  throw new ProcessingUnavailableError("temporary file", error);
}
