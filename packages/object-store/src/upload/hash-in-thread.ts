import { availableParallelism } from "node:os";
import { isSharedArrayBuffer } from "node:util/types";
import { Worker } from "node:worker_threads";

import { InspectionInterruptedError, type ResourceUnavailableError } from "../errors.js";
import { startFailure } from "../machine-failure.js";
import { HASHING_ENTRY } from "./hashing-entry.js";
import type { HashingReply, HashReply, HashRequest } from "./hashing-worker.js";
import type { RunningHash } from "./running-hash.js";

/**
 * Hashes a large body in a worker thread: for 100 MB, hashing costs more than the rest of the upload.
 */
export class HashInThread implements RunningHash {
  readonly #thread: HashingThread = enterThread();
  readonly #hash = this.#thread.nextHash();
  #isOpen = true;
  #failure: { error: unknown } | undefined;

  /** Memory that is not shared is copied at once, and may change from then on. */
  async update(bytes: Uint8Array): Promise<void> {
    await this.#ask("update", bytes);
  }

  async digest(last: Uint8Array): Promise<Buffer> {
    const { digest } = await this.#ask("digest", last);
    if (this.#failure !== undefined) throw this.#failure.error;
    if (digest === undefined) throw new Error("a digest was asked for");
    this.#leave();
    return Buffer.from(digest.buffer, digest.byteOffset, digest.byteLength);
  }

  close(): void {
    if (this.#isOpen) this.#thread.forget(this.#hash);
    this.#leave();
  }

  async #ask(what: "update" | "digest", bytes: Uint8Array): Promise<HashReply> {
    if (!this.#isOpen) throw new Error("the hash is closed");
    try {
      return await this.#thread.ask(what, this.#hash, bytes);
    } catch (error) {
      this.#failure ??= { error };
      throw error;
    }
  }

  #leave(): void {
    if (this.#isOpen) leaveThread(this.#thread);
    this.#isOpen = false;
  }
}

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
    this.#worker = startThread(entry);
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

/** Milliseconds after which threads without work end. */
const IDLE_MS = 10_000;
/** One core is left to the application. */
const MAX_THREADS = Math.max(1, Math.min(4, availableParallelism() - 1));

let threads: HashingThread[] = [];
let idle: NodeJS.Timeout | undefined;

/** Picks an idle thread, a new one, or the least busy. */
function enterThread(): HashingThread {
  clearTimeout(idle);
  threads = threads.filter(({ isLost }) => !isLost);
  const [best] = threads.toSorted((a, b) => a.bodies - b.bodies);
  const isFull = threads.length >= MAX_THREADS;
  const thread = best !== undefined && (best.bodies === 0 || isFull) ? best : new HashingThread();
  if (thread !== best) threads.push(thread);
  thread.bodies += 1;
  return thread;
}

/** Ends a body's use of its thread. */
function leaveThread(thread: HashingThread): void {
  thread.bodies -= 1;
  clearTimeout(idle);
  if (threads.some(({ bodies }) => bodies > 0)) return;
  idle = setTimeout(endThreads, IDLE_MS).unref();
}

function endThreads(): void {
  for (const thread of threads.splice(0)) void thread.end();
}

/** A thread that gets nothing of the application's environment and arguments. */
function startThread(entry: URL): Worker {
  try {
    return new Worker(entry, {
      env: {},
      argv: [],
      execArgv: [],
      // It makes nothing but short-lived messages.
      resourceLimits: { maxYoungGenerationSizeMb: 2 },
    });
  } catch (error) {
    throw startFailure(error);
  }
}
