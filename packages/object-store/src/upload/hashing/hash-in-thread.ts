import type { HashingThread } from "./hashing-thread.js";
import { enterThread, leaveThread } from "./hashing-threads.js";
import type { HashReply } from "./protocol.js";
import type { RunningHash } from "./running-hash.js";

/**
 * The SHA-256 of a large body, computed in another thread: of 100 MB, it takes longer than all else
 * that an upload has to do.
 */
export class HashInThread implements RunningHash {
  readonly #thread: HashingThread = enterThread();
  readonly #hash = this.#thread.nextHash();
  #isOpen = true;
  #failure: { error: unknown } | undefined;

  /** Memory that is not shared is copied at once, and may change from then on. */
  async update(bytes: Uint8Array): Promise<void> {
    await this.#ask("update", bytes);
  }

  async digest(last: Uint8Array): Promise<Buffer> {
    const { digest } = await this.#ask("digest", last);
    if (this.#failure !== undefined) throw this.#failure.error;
    if (digest === undefined) throw new Error("a digest was asked for");
    this.#leave();
    return Buffer.from(digest.buffer, digest.byteOffset, digest.byteLength);
  }

  close(): void {
    if (this.#isOpen) this.#thread.forget(this.#hash);
    this.#leave();
  }

  async #ask(what: "update" | "digest", bytes: Uint8Array): Promise<HashReply> {
    if (!this.#isOpen) throw new Error("the hash is closed");
    try {
      return await this.#thread.ask(what, this.#hash, bytes);
    } catch (error) {
      this.#failure ??= { error };
      throw error;
    }
  }

  #leave(): void {
    if (this.#isOpen) leaveThread(this.#thread);
    this.#isOpen = false;
  }
}
