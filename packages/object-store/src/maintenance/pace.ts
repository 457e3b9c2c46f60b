import { setTimeout as pause } from "node:timers/promises";

import { throwIfAborted } from "../upload/abort.js";

const SMALLEST_BURST = 65_536;
const LARGEST_BURST = 8 * 1024 * 1024;

/** Limits the bytes per second, with bursts of at most one second's bytes. */
export class Pace {
  /** Bytes to read at a time. */
  readonly burstBytes: number;
  /** Total bytes. */
  bytes = 0;
  readonly #bytesPerSecond: number;
  readonly #signal: AbortSignal | undefined;
  /** When the bytes so far are within the limit. */
  #paidAt = performance.now();

  constructor(bytesPerSecond: number, signal: AbortSignal | undefined) {
    this.#bytesPerSecond = bytesPerSecond;
    this.#signal = signal;
    this.burstBytes = Math.min(Math.max(Math.floor(bytesPerSecond), SMALLEST_BURST), LARGEST_BURST);
  }

  /** Counts bytes and waits until they are within the limit. */
  async spend(bytes: number): Promise<void> {
    this.bytes += bytes;
    const now = performance.now();
    this.#paidAt = Math.max(this.#paidAt, now - 1000) + (1000 * bytes) / this.#bytesPerSecond;
    const owed = this.#paidAt - now;
    if (owed < 1) return;
    await pause(owed, undefined, { signal: this.#signal }).catch(() => {
      throwIfAborted(this.#signal);
    });
  }
}
