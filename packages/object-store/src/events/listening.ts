import type { OwnerId } from "../owner-types.js";
import type { MediaEvent } from "./media-event.js";

export interface HandlerContext {
  /**
   * Aborted when another listener may have taken the event over, or when a close of the store waits no
   * longer.
   */
  readonly signal: AbortSignal;
}

/** Handles one event. What it throws or rejects with makes it come again. */
export type EventHandler<Id extends OwnerId = string> = (
  event: MediaEvent<Id>,
  context: HandlerContext,
) => unknown;

export interface ListenOptions {
  /** Stops the listener. */
  signal?: AbortSignal;
  /** Events at a time, of different files, 1 to 64; 4 by default. */
  concurrency?: number;
  /** Seconds between looks for events, 1 to 3,600; 1 by default. While there are any, it looks at once. */
  pollSeconds?: number;
  /**
   * Seconds, 5 to 3,600, after which an event comes again whose listener was killed; 30 by default. A handler
   * may take longer: the listener keeps its event.
   */
  leaseSeconds?: number;
  /** Attempts, 1 to 100, before an event is given up; 10 by default. One that was killed counts. */
  maxAttempts?: number;
  /**
   * Seconds, 0 to 3,600, before the second attempt; 1 by default. Each further pause is twice as long, up
   * to an hour.
   */
  retrySeconds?: number;
}
