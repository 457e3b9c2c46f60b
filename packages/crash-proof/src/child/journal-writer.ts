import { writeSync } from "node:fs";

import { errorCode } from "../error-code.js";
import type { Entry, Failure, Intent } from "../journal.js";

/** The descriptor that the parent reads the journal from. */
export const JOURNAL_FD = 4;

/** What a call was acknowledged with. */
interface Facts {
  id?: string;
  sha256?: string;
  s3Key?: string;
  failures?: readonly Failure[];
}

/** Tells the parent of each call, synchronously: a line that was written outlives the process. */
export class JournalWriter {
  #calls = 0;
  #inTransaction = false;
  #hasEnded = false;

  /** Writes nothing more once it has ended: nobody waits for the calls that are still under way. */
  write(entry: Entry): void {
    if (this.#hasEnded) return;
    this.#hasEnded = entry.entry === "ended" || entry.entry === "broken";
    writeSync(JOURNAL_FD, `${JSON.stringify(entry)}\n`);
  }

  /** Makes a call; gives undefined when it fails with an error that has a code. */
  async call<Result>(
    intent: Intent,
    make: () => Promise<Result>,
    facts: (result: Result) => Facts = () => ({}),
  ): Promise<Result | undefined> {
    const call = this.begin(intent);
    try {
      const result = await make();
      this.write({ entry: "done", call, ...facts(result) });
      return result;
    } catch (error) {
      this.failed(call, error);
      return undefined;
    }
  }

  begin(intent: Intent): number {
    const call = (this.#calls += 1);
    this.write({ entry: "begun", call, intent, inTransaction: this.#inTransaction });
    return call;
  }

  failed(call: number, error: unknown): void {
    const message = error instanceof Error ? error.message : String(error);
    this.write({ entry: "failed", call, code: errorCode(error) ?? "none", message });
  }

  /** Everything until its end belongs to the caller's transaction. */
  async transaction(work: () => Promise<unknown>): Promise<void> {
    this.#inTransaction = true;
    try {
      await work();
    } finally {
      this.#inTransaction = false;
    }
  }
}
