import { UploadExpiredError } from "../errors.js";

export interface Lease {
  seconds: number;
  /** Pushes the lease out; false when another party took the upload over. */
  renew(): Promise<boolean>;
  /** Called once the lease is lost. */
  onLost(reason: UploadExpiredError): void;
  /** Hears of renewals that could not be tried; the next one may succeed. */
  onFailure(error: unknown): void;
}

/**
 * Renews the lease of one upload while it runs.
 *
 * @returns stops the renewal
 */
export function keepLease(lease: Lease): () => void {
  const timer = setInterval(
    () => {
      lease.renew().then(
        (held) => {
          if (!held) lease.onLost(new UploadExpiredError());
        },
        (error: unknown) => {
          lease.onFailure(error);
        },
      );
    },
    (lease.seconds * 1000) / 3,
  );
  timer.unref();
  return () => {
    clearInterval(timer);
  };
}
