/** `byteSize` bytes of the cycle, over and over, from its start. */
export function* repeated(
  cycle: Uint8Array,
  byteSize: number,
): Generator<Uint8Array, void, undefined> {
  for (let left = byteSize; left > 0;) {
    const piece = cycle.subarray(0, Math.min(left, cycle.length));
    yield piece;
    left -= piece.length;
  }
}
