import type { HashingThread } from "./hashing-thread.js";
import { enterThread, leaveThread } from "./hashing-threads.js";

/**
 * The SHA-256 of a body, computed in another thread piece by piece: of 100 MB, it takes longer than
 * all else that an upload has to do.
 */
export class BodyHash {
  readonly #thread: HashingThread = enterThread();
  readonly #hash = this.#thread.nextHash();
  #isOpen = true;

  /**
   * Takes the next bytes. Shared memory must stay as it is until this resolves; other memory is
   * copied at once.
   *
   * @throws InspectionInterruptedError (`inspection_interrupted`)
   */
  async update(bytes: Uint8Array): Promise<void> {
    await this.#thread.ask("update", this.#hash, bytes);
  }

  /** Takes the last bytes, and gives the digest: 32 bytes. */
  async digest(last: Uint8Array): Promise<Buffer> {
    const digest = await this.#thread.ask("digest", this.#hash, last);
    if (digest === null) throw new Error("a digest was asked for");
    this.#leave();
    return Buffer.from(digest.buffer, digest.byteOffset, digest.byteLength);
  }

  /** Frees what it holds; it may be under way, finished or closed. */
  close(): void {
    if (this.#isOpen) this.#thread.forget(this.#hash);
    this.#leave();
  }

  #leave(): void {
    if (this.#isOpen) leaveThread(this.#thread);
    this.#isOpen = false;
  }
}
