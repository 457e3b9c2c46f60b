/** A stretch of a length. */
export interface Part {
  index: number;
  start: number;
  size: number;
}

/**
 * Splits a length into the fewest whole parts of at most `largest`, as even as they go. Even parts
 * keep the last from falling below what a format needs for the header of a part.
 */
export function* evenParts(length: number, largest: number): Generator<Part, void, undefined> {
  const count = Math.ceil(length / largest);
  for (let index = 0, start = 0; index < count; index += 1) {
    const size = Math.ceil((length - start) / (count - index));
    yield { index, start, size };
    start += size;
  }
}
