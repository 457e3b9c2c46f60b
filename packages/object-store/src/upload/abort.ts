import { setMaxListeners } from "node:events";

import {
  ObjectStoreError,
  OperationAbortedError,
  UploadAbortedError,
  UploadExpiredError,
} from "../errors.js";

/**
 * Aborts the controller as soon as one of the signals is aborted, for the same reason. Not by
 * `AbortSignal.any`, which leaves something of each call in a signal that outlives it.
 *
 * @returns ends that
 */
export function abortWith(
  controller: AbortController,
  signals: readonly (AbortSignal | undefined)[],
): () => void {
  const stops = signals.map((signal) => {
    const abort = (): void => {
      controller.abort(signal?.reason);
    };
    if (signal?.aborted === true) abort();
    // Any number of calls may share one.
    if (signal instanceof EventTarget) setMaxListeners(0, signal);
    signal?.addEventListener("abort", abort, { once: true });
    return () => signal?.removeEventListener("abort", abort);
  });
  return () => {
    for (const stop of stops) stop();
  };
}

/** Waits for a promise, but not longer than until the signal aborts. */
export async function abortable<Result>(
  promise: Promise<Result>,
  signal: AbortSignal | undefined,
): Promise<Result> {
  if (signal === undefined) return promise;
  let stopListening = (): void => undefined;
  const aborted = new Promise<never>((_resolve, reject) => {
    const onAbort = (): void => {
      reject(abortFailure(signal));
    };
    if (signal.aborted) onAbort();
    signal.addEventListener("abort", onAbort, { once: true });
    stopListening = () => {
      signal.removeEventListener("abort", onAbort);
    };
  });
  try {
    return await Promise.race([promise, aborted]);
  } finally {
    stopListening();
  }
}

/** Returns the error of an aborted call: the signal's reason if it is an ObjectStoreError. */
export function abortFailure(signal: AbortSignal): ObjectStoreError {
  const reason: unknown = signal.reason;
  if (reason instanceof ObjectStoreError) return reason;
  return new UploadAbortedError("The caller's signal aborted the transfer.", { cause: reason });
}

/** @throws OperationAbortedError (`operation_aborted`), or the signal's reason if it is an ObjectStoreError */
export function throwIfAborted(signal: AbortSignal | undefined): void {
  if (signal?.aborted !== true) return;
  const reason: unknown = signal.reason;
  if (reason instanceof ObjectStoreError) throw reason;
  throw new OperationAbortedError("The caller's signal ended the call.", { cause: reason });
}

/** Seconds that an upload may take unless somebody says otherwise. */
export const UPLOAD_SECONDS = 3_600;

/** The longest time that an upload may be given, 24 hours in seconds: an audit relies on it. */
export const MAX_UPLOAD_SECONDS = 86_400;

/**
 * Runs an upload, or the completion of a direct one, which is ended after so many seconds, or by one
 * of the signals.
 *
 * @param work heeds the signal of its controller, and may abort it itself
 */
export async function withUploadTime<Result>(
  seconds: number,
  signals: readonly (AbortSignal | undefined)[],
  work: (end: AbortController) => Promise<Result>,
): Promise<Result> {
  const end = new AbortController();
  const stopFollowing = abortWith(end, signals);
  const timer = setTimeout(() => {
    end.abort(new UploadExpiredError(seconds));
  }, seconds * 1000).unref();
  try {
    return await work(end);
  } finally {
    clearTimeout(timer);
    stopFollowing();
  }
}
