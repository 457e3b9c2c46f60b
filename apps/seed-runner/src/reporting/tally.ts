import type { FileEvent, Summary } from "./events.js";
import { secondsSince } from "./seconds-since.js";

/** Counts events into a summary. */
export class Tally {
  readonly #startedAt = performance.now();
  readonly #counts = { stored: 0, rejected: 0, failed: 0, skipped: 0 };
  #bytes = 0;

  add(event: FileEvent): void {
    this.#counts[event.event] += 1;
    if (event.event === "stored") this.#bytes += event.file.byteSize;
  }

  summary(): Summary {
    return {
      ...this.#counts,
      bytes: this.#bytes,
      seconds: secondsSince(this.#startedAt),
      peakMemoryBytes: process.resourceUsage().maxRSS * 1024,
    };
  }
}
