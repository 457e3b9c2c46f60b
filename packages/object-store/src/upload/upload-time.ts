import { UploadExpiredError } from "../errors.js";
import { abortWith } from "./abort-with.js";

/** What ends an upload before its time. */
export interface UploadEnd {
  /** Aborted once the upload has lost its lease or taken too long, by its caller or with the store. */
  lost: AbortController;
  /** That of `lost`. */
  signal: AbortSignal;
}

/** The longest time that an upload may be given, 24 hours in seconds: an audit relies on it. */
export const MAX_UPLOAD_SECONDS = 86_400;

/**
 * Runs an upload, or the completion of a direct one, which is ended after so many seconds, or by one
 * of the others' signals.
 */
export async function withUploadTime<Result>(
  seconds: number,
  others: readonly (AbortSignal | undefined)[],
  work: (end: UploadEnd) => Promise<Result>,
): Promise<Result> {
  const lost = new AbortController();
  const stopFollowing = abortWith(lost, others);
  const timer = setTimeout(() => {
    lost.abort(new UploadExpiredError(seconds));
  }, seconds * 1000).unref();
  try {
    return await work({ lost, signal: lost.signal });
  } finally {
    clearTimeout(timer);
    stopFollowing();
  }
}
