import type { JobBytes } from "./jobs.js";
import { TemporaryFile } from "./temporary-file.js";

const CHUNK_BYTES = 1024 * 1024;

/**
 * Keeps bytes on disk until a job reads them. A crash leaves nothing.
 *
 * Every method but `close` throws ProcessingUnavailableError (`temporary file`).
 */
export class Spool implements JobBytes {
  #byteLength = 0;

  private constructor(private readonly file: TemporaryFile) {}

  /** @param folder the system's for temporary files by default */
  static async open(folder?: string): Promise<Spool> {
    return new Spool(await TemporaryFile.open(folder));
  }

  get byteLength(): number {
    return this.#byteLength;
  }

  async append(bytes: Uint8Array): Promise<void> {
    await this.file.write(bytes, this.#byteLength);
    this.#byteLength += bytes.byteLength;
  }

  /** Yields the bytes from the start. Each chunk is overwritten by the next one. */
  async *chunks(): AsyncGenerator<Uint8Array, void, undefined> {
    const memory = Buffer.alloc(Math.min(CHUNK_BYTES, this.#byteLength));
    for (let at = 0; at < this.#byteLength; at += memory.byteLength) {
      const chunk = memory.subarray(0, this.#byteLength - at);
      await this.file.read(chunk, at);
      yield chunk;
    }
  }

  async close(): Promise<void> {
    await this.file.close();
  }
}
