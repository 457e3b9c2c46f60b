import { type ChildProcess, fork } from "node:child_process";
import { once } from "node:events";
import type { Readable } from "node:stream";
import { text } from "node:stream/consumers";
import { fileURLToPath } from "node:url";

import { JOURNAL_FD } from "../child/journal-writer.js";
import type { Job } from "../job.js";
import type { Entry } from "../journal.js";
import type { FromChild, ToChild } from "../messages.js";

const PROGRAM = fileURLToPath(new URL("../child/main.js", import.meta.url));

export type ChildEvent = Exclude<FromChild, { type: "ready" }> | { readonly type: "died" };

/** What a child leaves behind. */
export interface Legacy {
  journal: readonly Entry[];
  /** What it wrote on standard error. */
  complaints: string;
}

/** A process with the module loaded, which waits for its one job. */
export class Child {
  readonly #process: ChildProcess;
  readonly #events: ChildEvent[] = [];
  readonly #legacy: Promise<Legacy>;
  #isReady = false;
  #wake: () => void = () => undefined;
  #job: Job | undefined;

  constructor() {
    this.#process = fork(PROGRAM, [], {
      stdio: ["ignore", "ignore", "pipe", "ipc", "pipe"],
      env: { AWS_SDK_JS_NODE_VERSION_SUPPORT_WARNING_DISABLED: "true" },
    });
    const journal = text(this.#process.stdio[JOURNAL_FD] as Readable);
    const complaints = text(this.#process.stderr as Readable);
    this.#process.on("message", (message: FromChild) => {
      if (message.type === "ready") {
        this.#isReady = true;
        this.#begin();
      } else this.#push(message);
    });
    // A child that was killed takes no messages; its end is told by the next event.
    this.#process.on("error", () => undefined);
    const closed = once(this.#process, "close");
    void closed.then(() => {
      this.#push({ type: "died" });
    });
    this.#legacy = closed.then(async () => ({
      journal: entriesOf(await journal),
      complaints: await complaints,
    }));
  }

  start(job: Job): void {
    this.#job = job;
    if (this.#isReady) this.#begin();
  }

  /** What happens next; `died` comes last and stays. */
  async next(): Promise<ChildEvent> {
    for (;;) {
      const event = this.#events.shift();
      if (event !== undefined) return event;
      await new Promise<void>((resolve) => {
        this.#wake = resolve;
      });
    }
  }

  /** Lets a child that holds go on. */
  go(): void {
    this.#send({ type: "go" });
  }

  /** Ends the process, which may be dead already. */
  async end(): Promise<Legacy> {
    this.#process.kill("SIGKILL");
    return this.#legacy;
  }

  #begin(): void {
    if (this.#job !== undefined) this.#send({ type: "job", job: this.#job });
  }

  #send(message: ToChild): void {
    this.#process.send(message, () => undefined);
  }

  #push(event: ChildEvent): void {
    this.#events.push(event);
    this.#wake();
  }
}

/** The last line may be cut. */
function entriesOf(journal: string): Entry[] {
  return journal
    .split("\n")
    .slice(0, -1)
    .map((line) => JSON.parse(line) as Entry);
}
