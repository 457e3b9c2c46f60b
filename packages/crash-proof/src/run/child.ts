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
  #isResting = true;
  #wake: () => void = () => undefined;
  #job: Job | undefined;

  constructor() {
    this.#process = fork(PROGRAM, [], {
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
    // A child that was killed takes no messages; its end is told by the next event.
    this.#process.on("error", () => undefined);
    this.#closed = once(this.#process, "close").then(() => {
      this.#isResting = false;
      this.#push({ type: "died" });
    });
  }

  /** Whether it has ended its jobs so far, and waits for another. */
  get isResting(): boolean {
    return this.#isResting;
  }

  start(job: Job): void {
    this.#isResting = false;
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

  /** Takes what a job that has ended left, and lets the process live for another. */
  rest(): Legacy {
    this.#isResting = true;
    return this.#legacy();
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
    if (message.type === "ended") await this.#journal.end();
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
