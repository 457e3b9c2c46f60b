import { isSharedArrayBuffer } from "node:util/types";
import { Worker } from "node:worker_threads";

import { InspectionInterruptedError } from "../../errors.js";
import { HASHING_ENTRY } from "./hashing-entry.js";
import type { HashReply, HashRequest } from "./protocol.js";

interface Waiting {
  resolve: (reply: HashReply) => void;
  reject: (error: unknown) => void;
}

/** A thread that hashes any number of bodies. It keeps the process alive only while it is asked. */
export class HashingThread {
  readonly #worker = new Worker(HASHING_ENTRY, {
    env: {},
    argv: [],
    execArgv: [],
    // It makes nothing but short-lived messages.
    resourceLimits: { maxYoungGenerationSizeMb: 2 },
  });
  readonly #waiting: Waiting[] = [];
  #lost: InspectionInterruptedError | undefined;
  #lastHash = 0;
  /** Bodies that are being hashed. */
  bodies = 0;

  constructor() {
    this.#worker.unref();
    this.#worker.on("message", (reply: HashReply) => {
      this.#waiting.shift()?.resolve(reply);
      if (this.#waiting.length === 0) this.#worker.unref();
    });
    let fault: unknown;
    this.#worker.on("error", (error) => (fault = error));
    this.#worker.on("exit", () => {
      this.#lost = new InspectionInterruptedError(fault);
      for (const { reject } of this.#waiting.splice(0)) reject(this.#lost);
    });
  }

  get isLost(): boolean {
    return this.#lost !== undefined;
  }

  /** A number for the next body. */
  nextHash(): number {
    return (this.#lastHash += 1);
  }

  /** @throws InspectionInterruptedError (`inspection_interrupted`) once the thread is lost */
  ask(what: "update" | "digest", hash: number, bytes: Uint8Array): Promise<HashReply> {
    if (this.#lost !== undefined) return Promise.reject(this.#lost);
    return new Promise((resolve, reject) => {
      this.#waiting.push({ resolve, reject });
      this.#worker.ref();
      this.#post({ what, hash, bytes });
    });
  }

  forget(hash: number): void {
    if (!this.isLost) this.#worker.postMessage({ what: "forget", hash } satisfies HashRequest);
  }

  async end(): Promise<void> {
    await this.#worker.terminate();
  }

  #post(request: Extract<HashRequest, { bytes: unknown }>): void {
    if (isSharedArrayBuffer(request.bytes.buffer)) {
      this.#worker.postMessage(request);
      return;
    }
    // A view would be sent with all of the memory that it is a part of.
    const bytes = new Uint8Array(request.bytes);
    this.#worker.postMessage({ ...request, bytes }, [bytes.buffer]);
  }
}
