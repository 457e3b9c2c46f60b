import { type ChildProcess, fork } from "node:child_process";
import { once } from "node:events";
import type { Readable } from "node:stream";
import { fileURLToPath } from "node:url";

import { JOURNAL_FD } from "../child/journal-writer.js";
import type { Job } from "../job.js";
import type { Entry } from "../journal.js";
import type { FromChild, ToChild } from "../messages.js";
import { JournalReader } from "./journal-reader.js";

const PROGRAM = fileURLToPath(new URL("../child/main.js", import.meta.url));

export type ChildEvent = Exclude<FromChild, { type: "ready" }> | { readonly type: "died" };

/** What a child leaves behind of a job. */
export interface Legacy {
  journal: readonly Entry[];
  /** What it wrote on standard error. */
  complaints: string;
}

/** A process with the module loaded, which waits for a job. */
export class Child {
  readonly #process: ChildProcess;
  readonly #events: ChildEvent[] = [];
  readonly #closed: Promise<unknown>;
  readonly #journal: JournalReader;
  #complaints = "";
  #isReady = false;
  #isAtWork = false;
  #isDead = false;
  #wasGivenUp = false;
  #wake: () => void = () => undefined;
  #job: Job | undefined;

  /** @param program the module that the process runs */
  constructor(program = PROGRAM) {
    this.#process = fork(program, [], {
      stdio: ["ignore", "ignore", "pipe", "ipc", "pipe"],
      env: { AWS_SDK_JS_NODE_VERSION_SUPPORT_WARNING_DISABLED: "true" },
    });
    this.#journal = new JournalReader(this.#process.stdio[JOURNAL_FD] as Readable);
    this.#process.stderr?.setEncoding("utf8").on("data", (text: string) => {
      this.#complaints += text;
    });
    this.#process.on("message", (message: FromChild) => {
      void this.#hear(message);
    });
    // One that was killed may not take a message; its end is told by the next event.
    this.#process.on("error", () => undefined);
    this.#closed = once(this.#process, "close").then(() => {
      this.#isDead = true;
      this.#push({ type: "died" });
    });
  }

  /** Whether it lives, has ended its jobs so far, and waits for another. */
  get isResting(): boolean {
    return !this.#isAtWork && !this.#isDead && !this.#wasGivenUp;
  }

  /** Whether it was given up, as it did not come to the end of its job. */
  get wasGivenUp(): boolean {
    return this.#wasGivenUp;
  }

  /** Where the process has died while it waited, the first thing to happen is that it `died`. */
  start(job: Job): void {
    this.#isAtWork = true;
    this.#job = job;
    if (this.#isReady) this.#begin();
  }

  /** What happens next; `died` comes last. */
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

  /** Takes what a job that has ended left, and lets the process live for another. */
  rest(): Legacy {
    this.#isAtWork = false;
    return this.#legacy();
  }

  /** Ends a process that has not come to the end of its job. */
  giveUp(): void {
    this.#wasGivenUp = true;
    this.#process.kill("SIGKILL");
  }

  /** Ends the process, which may be dead already. */
  async end(): Promise<Legacy> {
    this.#process.kill("SIGKILL");
    await this.#closed;
    return this.#legacy();
  }

  async #hear(message: FromChild): Promise<void> {
    if (message.type === "ready") {
      this.#isReady = true;
      this.#begin();
      return;
    }
    // The journal comes by a way of its own.
    if (message.type === "ended") await this.#journal.ended();
    this.#push(message);
  }

  #legacy(): Legacy {
    const complaints = this.#complaints;
    this.#complaints = "";
    return { journal: this.#journal.take(), complaints };
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
