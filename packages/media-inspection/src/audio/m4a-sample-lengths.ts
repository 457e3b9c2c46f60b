/** Buckets of lengths: four for each power of two. */
const BUCKETS = 4 * 32;

/**
 * How long the samples of a track last, in units of the track's time. The memory is the same for any
 * number of samples.
 */
export class SampleLengths {
  sum = 0;
  #count = 0;
  readonly #buckets = new Float64Array(BUCKETS);

  /** `length` may be negative: writers correct the time of a sample so. */
  add(count: number, length: number): void {
    const bucket = bucketOf(Math.max(0, length));
    this.sum += count * length;
    this.#count += count;
    this.#buckets[bucket] = (this.#buckets[bucket] ?? 0) + count;
  }

  /** The median length, rounded down by a quarter at most: pauses do not change it. */
  get usual(): number {
    let samples = 0;
    const bucket = this.#buckets.findIndex((count) => {
      samples += count;
      return 2 * samples >= this.#count;
    });
    return lowestOf(bucket);
  }
}

function bucketOf(length: number): number {
  if (length < 8) return length;
  const shift = 29 - Math.clz32(length);
  return 4 * shift + (length >>> shift);
}

function lowestOf(bucket: number): number {
  if (bucket < 8) return bucket;
  const shift = Math.floor(bucket / 4) - 1;
  return (bucket - 4 * shift) * 2 ** shift;
}
