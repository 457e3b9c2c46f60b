import { createHash } from "node:crypto";
import { setImmediate } from "node:timers/promises";

import type { RunningHash } from "./running-hash.js";

/**
 * The SHA-256 of a body that is soon hashed, computed where it is: to hash bytes that were just
 * copied takes less than to tell another thread of them.
 */
export class HashHere implements RunningHash {
  readonly #hash = createHash("sha256");

  async update(bytes: Uint8Array): Promise<void> {
    this.#hash.update(bytes);
    // Bodies in memory have nothing else to wait for: many of them would hold up the event loop.
    await setImmediate();
  }

  digest(last: Uint8Array): Promise<Buffer> {
    return Promise.resolve(this.#hash.update(last).digest());
  }

  close(): void {
    // It holds nothing that outlives it.
  }
}
