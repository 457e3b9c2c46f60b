import { StoreClosedError } from "../errors.js";

/** Seconds that calls get to end by themselves once they were told to. */
const GRACE_SECONDS = 2;

/** The calls of one store, until it is closed. */
export class OpenCalls {
  readonly #end = new AbortController();
  readonly #running = new Set<Promise<unknown>>();
  #closing: Promise<void> | undefined;

  /** Aborted once a close waits no longer. */
  get signal(): AbortSignal {
    return this.#end.signal;
  }

  /** @throws StoreClosedError (`store_closed`) */
  requireOpen(): void {
    if (this.#closing !== undefined) throw new StoreClosedError();
  }

  /** @throws StoreClosedError (`store_closed`) */
  async run<Result>(work: () => Promise<Result>): Promise<Result> {
    this.requireOpen();
    const running = work();
    this.hold(running);
    return running;
  }

  /** Has a close wait for something that outlives its call, such as a stream. */
  hold(running: Promise<unknown>): void {
    const ended = (): void => {
      this.#running.delete(running);
    };
    this.#running.add(running);
    running.then(ended, ended);
  }

  /** Refuses new calls, waits for those under way and, after so many seconds, aborts them. */
  close(seconds: number): Promise<void> {
    return (this.#closing ??= this.#close(seconds));
  }

  async #close(seconds: number): Promise<void> {
    const over = new Promise<void>((resolve) => {
      setTimeout(() => {
        this.#end.abort(new StoreClosedError());
        setTimeout(resolve, GRACE_SECONDS * 1000).unref();
      }, seconds * 1000).unref();
    });
    await Promise.race([over, this.#ended()]);
  }

  async #ended(): Promise<void> {
    // A call that ends may leave a stream behind.
    while (this.#running.size > 0) await Promise.allSettled(this.#running);
  }
}
