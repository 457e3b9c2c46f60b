import type { Readable } from "node:stream";

import type { Entry } from "../journal.js";

/** Reads the journals of a child, one job after the other. */
export class JournalReader {
  #entries: Entry[] = [];
  /** A line that has not come to its end; that of a child that was killed never does. */
  #cut = "";
  #wake: () => void = () => undefined;

  constructor(pipe: Readable) {
    pipe.setEncoding("utf8").on("data", (text: string) => {
      const lines = (this.#cut + text).split("\n");
      this.#cut = lines.pop() ?? "";
      this.#entries.push(...lines.map((line) => JSON.parse(line) as Entry));
      if (this.#hasEnded()) this.#wake();
    });
  }

  /** Waits for the last entry of a job. */
  async ended(): Promise<void> {
    if (this.#hasEnded()) return;
    await new Promise<void>((resolve) => {
      this.#wake = resolve;
    });
  }

  /** The entries since the last time. */
  take(): readonly Entry[] {
    const entries = this.#entries;
    this.#entries = [];
    return entries;
  }

  #hasEnded(): boolean {
    const last = this.#entries.at(-1)?.entry;
    return last === "ended" || last === "broken";
  }
}
