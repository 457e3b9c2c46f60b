/** What stands under one key on either side. */
export interface Pair<Left, Right> {
  key: string;
  left?: Left;
  right?: Right;
}

interface Side<Item> {
  items: AsyncIterable<Item>;
  keyOf: (item: Item) => string;
}

/**
 * Goes through two sides side by side, both in ascending order of keys of ASCII characters, and
 * holds one item of each.
 */
export async function* mergeByKey<Left, Right>(
  left: Side<Left>,
  right: Side<Right>,
): AsyncGenerator<Pair<Left, Right>, void, undefined> {
  const lefts = left.items[Symbol.asyncIterator]();
  const rights = right.items[Symbol.asyncIterator]();
  try {
    let [l, r] = [await lefts.next(), await rights.next()];
    while (l.done !== true || r.done !== true) {
      const leftKey = l.done === true ? undefined : left.keyOf(l.value);
      const rightKey = r.done === true ? undefined : right.keyOf(r.value);
      const key = lesser(leftKey, rightKey);
      const pair: Pair<Left, Right> = { key };
      if (l.done !== true && leftKey === key) {
        pair.left = l.value;
        l = await lefts.next();
      }
      if (r.done !== true && rightKey === key) {
        pair.right = r.value;
        r = await rights.next();
      }
      yield pair;
    }
  } finally {
    await lefts.return?.();
    await rights.return?.();
  }
}

function lesser(a: string | undefined, b: string | undefined): string {
  if (a === undefined || b === undefined) return a ?? b ?? "";
  return a < b ? a : b;
}
