import { createHash } from "node:crypto";

import { BLOCK_BYTES } from "../sizes.js";
import type { RunningHash } from "./running-hash.js";
import { turnFor } from "./turn-for.js";

/**
 * The SHA-256 of a body that is soon hashed, computed where it is: to hash bytes that are read here
 * anyway takes less than to tell another thread of them.
 */
export class HashHere implements RunningHash {
  readonly #hash = createHash("sha256");
  /** Resolves when all that came before is hashed. */
  #before: Promise<void> = Promise.resolve();

  update(bytes: Uint8Array): Promise<void> {
    // Memory that is lost meanwhile has no length any more, and must not count as hashed.
    const { byteLength } = bytes;
    this.#before = this.#before.then(() => this.#take(bytes, byteLength));
    return this.#before;
  }

  async digest(last: Uint8Array): Promise<Buffer> {
    await this.update(last);
    return this.#hash.digest();
  }

  /** Takes the next bytes at once, in a turn that the caller waited for; those before must be hashed. */
  updateNow(bytes: Uint8Array): void {
    this.#hash.update(bytes);
  }

  close(): void {
    // It holds nothing that outlives it.
  }

  async #take(bytes: Uint8Array, byteLength: number): Promise<void> {
    for (let at = 0; at < byteLength; at += BLOCK_BYTES) {
      await turnFor(Math.min(BLOCK_BYTES, byteLength - at));
      this.updateNow(bytes.subarray(at, at + BLOCK_BYTES));
    }
  }
}
