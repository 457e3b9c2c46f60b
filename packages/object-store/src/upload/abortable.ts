import { ObjectStoreError, UploadAbortedError } from "../errors.js";

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

/** What an aborted call rejects with: the reason itself where it is an error of ours. */
export function abortFailure(signal: AbortSignal): ObjectStoreError {
  const reason: unknown = signal.reason;
  if (reason instanceof ObjectStoreError) return reason;
  return new UploadAbortedError("The caller's signal aborted the transfer.", { cause: reason });
}
