/** The items of one key. */
export interface Pair<Left, Right> {
  key: string;
  left?: Left;
  right?: Right;
}

/**
 * Items in ascending order of their ASCII keys, in batches. Consecutive promises keep their values until
 * V8's next full collection, 120 MB for a million items; that is why this is no async generator, and why
 * batches are emptied.
 */
export interface Batches<Item> {
  /** The next items; none after the last. The caller empties the array. */
  next(): Promise<Item[]>;
  keyOf(item: Item): string;
}

/**
 * Merges two sides and holds one batch of each.
 *
 * @param visit called for each key; awaited only if it returns a promise
 */
export async function mergeByKey<Left, Right>(
  left: Batches<Left>,
  right: Batches<Right>,
  visit: (pair: Pair<Left, Right>) => Promise<void> | undefined,
): Promise<void> {
  const [lefts, rights] = [new Side(left), new Side(right)];
  for (;;) {
    if (lefts.isAtEndOfBatch) await lefts.advance();
    if (rights.isAtEndOfBatch) await rights.advance();
    const key = lesser(lefts.key, rights.key);
    if (key === undefined) return;
    const pair: Pair<Left, Right> = { key, left: lefts.take(key), right: rights.take(key) };
    const visited = visit(pair);
    if (visited !== undefined) await visited;
  }
}

class Side<Item> {
  key: string | undefined;
  #batch: Item[] = [];
  #next = 0;
  #isOver = false;

  constructor(private readonly batches: Batches<Item>) {}

  get isAtEndOfBatch(): boolean {
    return !this.#isOver && this.#next === this.#batch.length;
  }

  async advance(): Promise<void> {
    this.#batch.length = 0;
    this.#batch = await this.batches.next();
    this.#next = 0;
    this.#isOver = this.#batch.length === 0;
    this.#readKey();
  }

  /** The item of a key, if this side has one, which is then skipped. */
  take(key: string): Item | undefined {
    if (this.key !== key) return undefined;
    const item = this.#batch[this.#next];
    this.#next += 1;
    this.#readKey();
    return item;
  }

  #readKey(): void {
    const item = this.#batch[this.#next];
    this.key = item === undefined ? undefined : this.batches.keyOf(item);
  }
}

function lesser(a: string | undefined, b: string | undefined): string | undefined {
  if (a === undefined || b === undefined) return a ?? b;
  return a < b ? a : b;
}
