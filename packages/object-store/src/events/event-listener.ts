import { StoreClosedError } from "../errors.js";
import { errorFacts, type ObjectStoreLogger } from "../logger.js";
import type { EventModel } from "../models/event.model.js";
import type { OwnerId } from "../owner-types.js";
import type { EventRows } from "../repo/event-repo.js";
import type { OpenCalls } from "../service/open-calls.js";
import { toldEvent } from "../telemetry/telemetry.js";
import { keepLease } from "../upload/lease-keeper.js";
import type { EventHandler, ListenOptions } from "./listening.js";
import { toMediaEvent } from "./media-event.js";

const MAX_PAUSE_SECONDS = 3_600;

interface Dependencies {
  events: EventRows;
  calls: OpenCalls;
  logger: ObjectStoreLogger;
}

type Settings = Required<Omit<ListenOptions, "signal">> & { signal: AbortSignal | undefined };

/** Takes events one batch after another, and handles a few at a time. */
export class EventListener {
  readonly #running = new Set<Promise<void>>();
  readonly #ended: Promise<void>;
  #isStopped = false;
  #wake = (): void => undefined;

  /** @throws StoreClosedError (`store_closed`) */
  constructor(
    private readonly dependencies: Dependencies,
    private readonly handler: EventHandler<OwnerId>,
    private readonly settings: Settings,
  ) {
    const { calls } = dependencies;
    if (calls.isClosed) throw new StoreClosedError();
    const end = (): void => {
      this.#end();
    };
    const ends = [settings.signal, calls.closing];
    for (const signal of ends) signal?.addEventListener("abort", end, { once: true });
    if (settings.signal?.aborted === true) this.#end();
    this.#ended = this.#run().finally(() => {
      for (const signal of ends) signal?.removeEventListener("abort", end);
    });
    calls.hold(this.#ended);
  }

  stop(): Promise<void> {
    this.#end();
    return this.#ended;
  }

  #end(): void {
    this.#isStopped = true;
    this.#wake();
  }

  async #run(): Promise<void> {
    const { concurrency, leaseSeconds } = this.settings;
    while (!this.#isStopped) {
      const free = concurrency - this.#running.size;
      const claimed = free === 0 ? [] : await this.#claim(free, leaseSeconds);
      for (const event of claimed) this.#start(event);
      if (claimed.length === 0) await this.#pause();
    }
    await Promise.all(this.#running);
  }

  async #claim(limit: number, leaseSeconds: number): Promise<EventModel[]> {
    const { events, logger } = this.dependencies;
    try {
      return await events.claim(limit, leaseSeconds);
    } catch (error) {
      logger.warn("events could not be read", errorFacts(error));
      return [];
    }
  }

  /** Until the next look, or until a handler has ended, whose file may have more. */
  async #pause(): Promise<void> {
    if (this.#isStopped) return;
    await new Promise<void>((resolve) => {
      const timer = setTimeout(resolve, this.settings.pollSeconds * 1000);
      this.#wake = () => {
        clearTimeout(timer);
        resolve();
      };
    });
  }

  #start(event: EventModel): void {
    const handled = this.#handle(event).finally(() => {
      this.#running.delete(handled);
      this.#wake();
    });
    this.#running.add(handled);
  }

  /** Never rejects: an event whose end could not be written comes again. */
  async #handle(event: EventModel): Promise<void> {
    const { events, calls, logger } = this.dependencies;
    const { leaseSeconds } = this.settings;
    const lost = new AbortController();
    const stopRenewal = keepLease({
      seconds: leaseSeconds,
      renew: () => events.renew(event, leaseSeconds),
      onLost: (reason) => {
        lost.abort(reason);
      },
      onFailure: (error) => {
        logger.warn("an event could not be kept", { id: event.id, ...errorFacts(error) });
      },
    });
    try {
      const signal = AbortSignal.any([lost.signal, calls.signal]);
      const failure = await this.#failureOf(event, signal);
      toldEvent(event.type, event.lagSeconds ?? 0, failure !== undefined);
      if (failure === undefined) await events.end(event);
      else await this.#retryLater(event, failure.reason);
    } catch (error) {
      logger.warn("an event comes again", { id: event.id, ...errorFacts(error) });
    } finally {
      stopRenewal();
    }
  }

  async #failureOf(
    event: EventModel,
    signal: AbortSignal,
  ): Promise<{ reason: string } | undefined> {
    try {
      await this.handler(toMediaEvent(event), { signal });
      return undefined;
    } catch (error) {
      this.dependencies.logger.warn("a handler of events failed", {
        id: event.id,
        type: event.type,
        attempt: event.attempts,
        ...errorFacts(error),
      });
      return { reason: error instanceof Error ? `${error.name}: ${error.message}` : typeof error };
    }
  }

  async #retryLater(event: EventModel, reason: string): Promise<void> {
    const { maxAttempts, retrySeconds } = this.settings;
    const { attempts } = event;
    const pause = Math.min(retrySeconds * 2 ** (attempts - 1), MAX_PAUSE_SECONDS);
    await this.dependencies.events.fail(event, reason, attempts < maxAttempts ? pause : null);
  }
}
