import { UploadExpiredError } from "../errors.js";
import { abortWith } from "./abort-with.js";

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
