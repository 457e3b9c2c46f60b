import { setMaxListeners } from "node:events";

import { StoreClosedError } from "../errors.js";

/** Milliseconds that calls get to undo what they began, once they are aborted. */
const GRACE_MS = 2_000;

/** The calls of one store, until it is closed. */
export class OpenCalls {
  readonly #end = new AbortController();
  readonly #closing = new AbortController();
  /** What is under way, each with what fails it. */
  readonly #running = new Map<Promise<unknown>, (error: StoreClosedError) => void>();
  #isClosed = false;
  /** Resolves once nothing is under way any more after a close, or is waited for. */
  readonly #left: Promise<void>;
  #leave = (): void => undefined;

  constructor() {
    this.#left = new Promise((resolve) => {
      this.#leave = resolve;
    });
    setMaxListeners(0, this.#end.signal, this.#closing.signal);
  }

  get isClosed(): boolean {
    return this.#isClosed;
  }

  /** Aborted by a close, for what would never end by itself. */
  get closing(): AbortSignal {
    return this.#closing.signal;
  }

  /** Aborted once a close waits no longer. */
  get signal(): AbortSignal {
    return this.#end.signal;
  }

  /**
   * Runs a call. One that does not heed the signal fails all the same, a moment later.
   *
   * @throws StoreClosedError (`store_closed`)
   */
  async run<Result>(work: () => Promise<Result>): Promise<Result> {
    if (this.#isClosed) throw new StoreClosedError();
    return new Promise((resolve, reject) => {
      const running = work();
      this.hold(running, reject);
      running.then(resolve, reject);
    });
  }

  /** Has a close wait for something, such as a stream that outlives its call. */
  hold(running: Promise<unknown>, fail: (error: StoreClosedError) => void = () => undefined): void {
    const ended = (): void => {
      this.#running.delete(running);
      if (this.#isClosed && this.#running.size === 0) this.#leave();
    };
    this.#running.set(running, fail);
    running.then(ended, ended);
  }

  /** Refuses new calls, waits for those under way and, after so many seconds, aborts them. */
  async close(seconds: number): Promise<void> {
    this.#isClosed = true;
    this.#closing.abort(new StoreClosedError());
    if (this.#running.size === 0) return;
    let timer = setTimeout(() => {
      this.#end.abort(new StoreClosedError());
      timer = setTimeout(() => {
        for (const fail of this.#running.values()) fail(new StoreClosedError());
        this.#leave();
      }, GRACE_MS);
    }, seconds * 1000);
    await this.#left;
    clearTimeout(timer);
  }
}
