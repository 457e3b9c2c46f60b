import { isSharedArrayBuffer } from "node:util/types";
import type { Worker } from "node:worker_threads";

import { InspectionInterruptedError, type ResourceUnavailableError } from "../../errors.js";
import { startThread } from "../../inspection/isolation/start-thread.js";
import { startFailure } from "../../machine-failure.js";
import { HASHING_ENTRY } from "./hashing-entry.js";
import type { HashingReply, HashReply, HashRequest } from "./protocol.js";

interface Waiting {
  hash: number;
  resolve: (reply: HashReply) => void;
  reject: (error: unknown) => void;
}

/** A thread that hashes any number of bodies. It keeps the process alive only while it is asked. */
export class HashingThread {
  readonly #worker: Worker;
  readonly #waiting: Waiting[] = [];
  #isReady = false;
  #lost: InspectionInterruptedError | ResourceUnavailableError | undefined;
  #lastHash = 0;
  /** Bodies that are being hashed. */
  bodies = 0;

  /**
   * @param entry the module that the thread runs
   * @throws ResourceUnavailableError (`resource_unavailable`) where no thread can be started
   */
  constructor(entry: URL = HASHING_ENTRY) {
    // It makes nothing but short-lived messages.
    this.#worker = startThread(entry, { resourceLimits: { maxYoungGenerationSizeMb: 2 } });
    this.#worker.unref();
    this.#worker.on("message", (reply: HashingReply) => {
      this.#isReady = true;
      if (!("ready" in reply)) this.#settle(reply);
    });
    let fault: unknown;
    this.#worker.on("error", (error) => (fault = error));
    this.#worker.on("exit", () => {
      this.#lose(fault);
    });
  }

  get isLost(): boolean {
    return this.#lost !== undefined;
  }

  /** A number for the next body. */
  nextHash(): number {
    return (this.#lastHash += 1);
  }

  /**
   * @throws InspectionInterruptedError (`inspection_interrupted`) once the thread is lost,
   *   ResourceUnavailableError (`resource_unavailable`) where it did not start
   */
  async ask(what: "update" | "digest", hash: number, bytes: Uint8Array): Promise<HashReply> {
    if (this.#lost !== undefined) throw this.#lost;
    this.#post({ what, hash, bytes });
    return new Promise((resolve, reject) => {
      this.#waiting.push({ hash, resolve, reject });
      this.#worker.ref();
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

  #settle(reply: HashReply): void {
    const [first] = this.#waiting;
    // Never may a body get the digest of another.
    if (first?.hash !== reply.hash) {
      this.#lose(new Error("the thread answered for another body"));
      void this.end();
      return;
    }
    this.#waiting.shift();
    first.resolve(reply);
    if (this.#waiting.length === 0) this.#worker.unref();
  }

  #lose(fault: unknown): void {
    this.#lost ??= this.#isReady ? new InspectionInterruptedError(fault) : startFailure(fault);
    for (const { reject } of this.#waiting.splice(0)) reject(this.#lost);
  }
}
