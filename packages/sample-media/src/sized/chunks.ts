/**
 * Gathers pieces of any size into chunks of exactly `chunkSize` bytes; the last may be shorter.
 * Every chunk is a new array, which the caller may keep or change.
 */
export function* inChunks(
  pieces: Iterable<Uint8Array>,
  chunkSize: number,
): Generator<Uint8Array, void, undefined> {
  let chunk = new Uint8Array(chunkSize);
  let filled = 0;
  for (const piece of pieces) {
    for (let taken = 0; taken < piece.length;) {
      const count = Math.min(piece.length - taken, chunkSize - filled);
      chunk.set(piece.subarray(taken, taken + count), filled);
      taken += count;
      filled += count;
      if (filled === chunkSize) {
        yield chunk;
        chunk = new Uint8Array(chunkSize);
        filled = 0;
      }
    }
  }
  if (filled > 0) yield chunk.slice(0, filled);
}
