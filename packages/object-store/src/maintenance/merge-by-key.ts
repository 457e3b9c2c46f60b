/** What stands under one key on either side. */
export interface Pair<Left, Right> {
  key: string;
  left?: Left;
  right?: Right;
}

/**
 * Items in ascending order of their keys, of ASCII characters, a batch at a time. Promises that are
 * made one after another keep what they gave until V8 next collects all of its heap, 120 MB of a
 * million items: therefore no async generators, and batches that are emptied.
 */
export interface Batches<Item> {
  /** The next items, or none after the last; the caller empties the array. */
  next(): Promise<Item[]>;
  keyOf(item: Item): string;
}

/**
 * Goes through two sides side by side and holds one batch of each.
 *
 * @param visit called for each key of either side; waited for only where it gives a promise
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

  /** The item of a key, if this side has one. */
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
