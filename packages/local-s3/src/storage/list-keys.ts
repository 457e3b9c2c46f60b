import { fromByteString, toByteString } from "./byte-order.js";
import { type SortedKeys } from "./sorted-keys.js";

export interface KeyQuery {
  readonly prefix: string;
  /** Empty: no grouping. */
  readonly delimiter: string;
  /** Only keys after this one are listed. */
  readonly after: string;
  /** Whether `after` is a common prefix whose keys have all been listed. */
  readonly afterGroup: boolean;
  readonly limit: number;
}

export interface KeyPage {
  readonly keys: readonly string[];
  readonly commonPrefixes: readonly string[];
  /** Where the next page starts; undefined on the last. */
  readonly next: { readonly after: string; readonly afterGroup: boolean } | undefined;
}

/** Greater than any character of a byte string: `prefix + LAST` follows all keys with the prefix. */
const LAST = "\u0100";

/** One page of keys in byte order, those that share a prefix up to the delimiter rolled into one. */
export function listKeys(index: SortedKeys, query: KeyQuery): KeyPage {
  const prefix = toByteString(query.prefix);
  const delimiter = toByteString(query.delimiter);
  const after = toByteString(query.after);
  const keys: string[] = [];
  const commonPrefixes: string[] = [];
  let last = { after: "", afterGroup: false };

  let position = Math.max(
    index.lowerBound(prefix),
    query.afterGroup ? index.lowerBound(after + LAST) : firstAfter(index, after),
  );
  for (;;) {
    const key = index.at(position);
    if (key?.startsWith(prefix) !== true) return page(undefined);
    if (keys.length + commonPrefixes.length >= query.limit) {
      return page(query.limit === 0 ? undefined : last);
    }
    const end = delimiter === "" ? -1 : key.indexOf(delimiter, prefix.length);
    if (end < 0) {
      keys.push(fromByteString(key));
      last = { after: fromByteString(key), afterGroup: false };
      position++;
    } else {
      const group = key.slice(0, end + delimiter.length);
      commonPrefixes.push(fromByteString(group));
      last = { after: fromByteString(group), afterGroup: true };
      position = index.lowerBound(group + LAST);
    }
  }

  function page(next: KeyPage["next"]): KeyPage {
    return { keys, commonPrefixes, next };
  }
}

function firstAfter(index: SortedKeys, key: string): number {
  const position = index.lowerBound(key);
  return key !== "" && index.at(position) === key ? position + 1 : position;
}
