import { createHash } from "node:crypto";
import { setImmediate as nextTurn } from "node:timers/promises";

import { BLOCK_BYTES } from "./sizes.js";

/** The SHA-256 of a body that comes piece by piece. */
export interface RunningHash {
  /**
   * Takes the next bytes, which must stay as they are until this resolves. Those of the call before
   * may still be under way. Where it fails, so does the digest.
   *
   * @throws InspectionInterruptedError (`inspection_interrupted`), ResourceUnavailableError
   *   (`resource_unavailable`)
   */
  update(bytes: Uint8Array): Promise<void>;
  /** Takes the last bytes, and gives the digest: 32 bytes. */
  digest(last: Uint8Array): Promise<Buffer>;
  /** Frees what it holds; it may be under way, finished or closed. */
  close(): void;
}

/** Hashes inline; for small bodies this is cheaper than messaging a thread. */
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

/** Bytes that are hashed in one turn of the event loop, give or take a piece: two ms. */
const TURN_BYTES = 2 * 1024 * 1024;

let left = TURN_BYTES;
let isRenewalDue = false;

/**
 * Resolves when so many bytes may be hashed on this thread. Bodies in memory have nothing else to
 * wait for: many of them would hold up the event loop.
 */
export async function turnFor(byteLength: number): Promise<void> {
  while (left <= 0) await nextTurn();
  left -= byteLength;
  if (isRenewalDue) return;
  isRenewalDue = true;
  setImmediate(renew);
}

function renew(): void {
  isRenewalDue = false;
  left = TURN_BYTES;
}
