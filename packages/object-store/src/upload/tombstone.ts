/** Seconds that a server may take to finish a request whose client has given up. */
const LATE_REQUEST_SECONDS = 900;

/** How long the row of a given up upload stays, so that a request that is still on its way is found. */
export function tombstoneSeconds(leaseSeconds: number): number {
  return Math.max(leaseSeconds, LATE_REQUEST_SECONDS);
}
