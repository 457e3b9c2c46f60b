import { setImmediate as nextTurn } from "node:timers/promises";

/** Bytes that are hashed in one turn of the event loop, give or take a piece: two ms. */
const TURN_BYTES = 2 * 1024 * 1024;

let left = TURN_BYTES;
let isRenewalDue = false;

/**
 * Resolves when so many bytes may be hashed on this thread. Bodies in memory have nothing else to
 * wait for: many of them would hold up the event loop.
 */
export async function turnFor(byteLength: number): Promise<void> {
  while (left <= 0) await nextTurn();
  left -= byteLength;
  if (isRenewalDue) return;
  isRenewalDue = true;
  setImmediate(renew);
}

/** Gives back what was not hashed after all, before the turn is over. */
export function giveBack(byteLength: number): void {
  left = Math.min(TURN_BYTES, left + byteLength);
}

function renew(): void {
  isRenewalDue = false;
  left = TURN_BYTES;
}
