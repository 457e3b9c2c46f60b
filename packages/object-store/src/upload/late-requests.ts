/** Seconds for which a request that nobody answered may still take effect at a server. */
export const LATE_REQUEST_SECONDS = 900;

/** How long the key of an upload that was given up is watched, whose process may still send. */
export function settleSeconds(leaseSeconds: number): number {
  return Math.max(leaseSeconds, LATE_REQUEST_SECONDS);
}
