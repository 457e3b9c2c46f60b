import { UploadExpiredError } from "../errors.js";

/** What may end an upload before its time. */
export interface UploadEnd {
  /** Aborted once the upload has lost its lease or taken too long. */
  lost: AbortController;
  /** Follows `lost` and the caller's signal. */
  signal: AbortSignal;
}

/** The longest time that an upload may be given, 24 hours in seconds: an audit relies on it. */
export const MAX_UPLOAD_SECONDS = 86_400;

/** Runs an upload, or the completion of a direct one, which is ended after so many seconds. */
export async function withUploadTime<Result>(
  seconds: number,
  callers: AbortSignal | undefined,
  work: (end: UploadEnd) => Promise<Result>,
): Promise<Result> {
  const lost = new AbortController();
  const signal = callers === undefined ? lost.signal : AbortSignal.any([lost.signal, callers]);
  const timer = setTimeout(() => {
    lost.abort(new UploadExpiredError(seconds));
  }, seconds * 1000).unref();
  try {
    return await work({ lost, signal });
  } finally {
    clearTimeout(timer);
  }
}
