/** Bytes of a cache line. */
const LINE_BYTES = 64;

/** Where what is read for its own sake goes, so that no compiler leaves the reading out. */
const unread = new Uint8Array(1);

/** Has the processor fetch bytes in order, which it foresees, before they are read here and there. */
export function fetchAhead(bytes: Uint8Array, from: number, to: number): void {
  const end = Math.min(to, bytes.byteLength);
  let seen = 0;
  for (let at = from; at < end; at += LINE_BYTES) seen |= bytes[at] ?? 0;
  unread[0] = seen;
}
