import { checkInteger, checkOptions } from "../checks.js";
import { described } from "../described.js";
import { InvalidInputError } from "../errors.js";
import type { ObjectStoreLogger } from "../logger.js";
import type { OwnerId } from "../owner-types.js";
import type { EventRows } from "../repo/event-repo.js";
import type { OpenCalls } from "../service/open-calls.js";
import { EventListener } from "./event-listener.js";
import type { EventHandler, ListenOptions } from "./listening.js";

/** A running listener. */
export interface MediaListener {
  /** Takes no more events, and resolves once the running handlers have ended. It may be called again. */
  readonly stop: () => Promise<void>;
}

/** What happened to files, for the application. */
export interface MediaEvents<Id extends OwnerId = string> {
  /**
   * Calls a handler for what happened to files, once it is committed. All listeners of all processes share
   * the events: each is handled by one of them, at least once, and those of a file one after another in their
   * order. `close` of the store stops the listener.
   *
   * An event whose handler failed comes again, and keeps back later ones of its file, until it is given up.
   * Maintenance then lists it.
   *
   * @throws InvalidInputError (`invalid_input`) also without the option `events` of the provider,
   *   StoreClosedError (`store_closed`)
   */
  listen(handler: EventHandler<Id>, options?: ListenOptions): MediaListener;
}

interface Dependencies {
  events: EventRows;
  calls: OpenCalls;
  logger: ObjectStoreLogger;
}

export function mediaEvents(isOn: boolean, dependencies: Dependencies): MediaEvents<OwnerId> {
  return Object.freeze({
    listen(handler: EventHandler<OwnerId>, given?: ListenOptions): MediaListener {
      if (!isOn) {
        throw new InvalidInputError("Events are off: make the provider with events: true.");
      }
      if (typeof handler !== "function") {
        throw new InvalidInputError(
          `A handler must be a function, and ${described(handler)} came.`,
        );
      }
      const options = checkOptions(given);
      const seconds = (name: keyof ListenOptions, usual: number, min: number, max = 3_600) =>
        checkInteger(name, options[name] ?? usual, min, max);
      const listener = new EventListener(dependencies, handler, {
        signal: options.signal,
        concurrency: seconds("concurrency", 4, 1, 64),
        pollSeconds: seconds("pollSeconds", 1, 1),
        leaseSeconds: seconds("leaseSeconds", 30, 5),
        maxAttempts: seconds("maxAttempts", 10, 1, 100),
        retrySeconds: seconds("retrySeconds", 1, 0),
      });
      return Object.freeze({ stop: () => listener.stop() });
    },
  });
}
