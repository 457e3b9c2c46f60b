import { UploadExpiredError } from "../errors.js";

/** Seconds for which a request that nobody answered may still take effect at a server. */
export const LATE_REQUEST_SECONDS = 900;

/** How long the key of an upload that was given up is watched, whose process may still send. */
export function settleSeconds(leaseSeconds: number): number {
  return Math.max(leaseSeconds, LATE_REQUEST_SECONDS);
}

export interface Lease {
  seconds: number;
  /** Pushes the lease out; false when another party took the upload over. */
  renew(): Promise<boolean>;
  /** Called once the lease is lost, or could not be renewed before it was over. */
  onLost(reason: UploadExpiredError): void;
  /** Logger for renewals that could not be tried; the next one may succeed. */
  onFailure(error: unknown): void;
}

/**
 * Renews the lease of one upload while it runs, one renewal at a time. A holder that is cut off
 * from the database gives up by its own clock, on which nothing depends: completion is a
 * compare-and-set on the database's.
 *
 * @returns stops the renewal
 */
export function keepLease(lease: Lease): () => void {
  const interval = (lease.seconds * 1000) / 3;
  let isStopped = false;
  let renewal: NodeJS.Timeout;
  let expiry: NodeJS.Timeout;

  const stop = (): void => {
    isStopped = true;
    clearTimeout(renewal);
    clearTimeout(expiry);
  };
  const lose = (): void => {
    if (isStopped) return;
    stop();
    lease.onLost(new UploadExpiredError());
  };
  const holdFrom = (start: number): void => {
    clearTimeout(expiry);
    expiry = setTimeout(lose, start + lease.seconds * 1000 - performance.now()).unref();
  };
  const renew = async (): Promise<void> => {
    const start = performance.now();
    try {
      if (!(await lease.renew())) {
        lose();
        return;
      }
      if (!isStopped) holdFrom(start);
    } catch (error) {
      lease.onFailure(error);
    }
    if (!isStopped) schedule();
  };
  const schedule = (): void => {
    renewal = setTimeout(() => void renew(), interval).unref();
  };

  holdFrom(performance.now());
  schedule();
  return stop;
}
