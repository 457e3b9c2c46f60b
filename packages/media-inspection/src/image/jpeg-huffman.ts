/** What a Huffman table says of the data that it codes, in bits. */
export interface HuffmanTable {
  /** Of its shortest code. */
  shortest: number;
  /** Of a symbol and the value behind it on average; NaN where the table is empty. */
  average: number;
  /** The share of symbols that end a block. */
  endsOfBlock: number;
  /** Whether it lacks symbols that other pictures need: it was made for this one. */
  isOwn: boolean;
}

/** Tables by class (0: DC, 1: AC) and number. */
export type HuffmanTables = Map<number, HuffmanTable>;

/** Symbols that an AC table needs to code any picture of 8 bits (ITU-T T.81, F.1.2.2). */
const ALL_AC_SYMBOLS = 162;
const MAX_CODE_BITS = 16;
const END_OF_BLOCK = 0;
/** Steps of reading a table, and of each symbol in it. */
const TABLE_STEPS = 30;
const SYMBOL_STEPS = 1;

/** The key of a table as a scan refers to it. */
export function tableKey(isAc: boolean, number: number): number {
  return (isAc ? 0x10 : 0) | number;
}

/**
 * Adds the tables of a DHT segment (T.81, B.2.4.2); a broken one ends the list.
 *
 * @returns the steps that it took
 */
export function addHuffmanTables(tables: HuffmanTables, segment: Buffer): number {
  let steps = 0;
  for (let at = 0; at + 1 + MAX_CODE_BITS <= segment.length;) {
    const symbolsAt = at + 1 + MAX_CODE_BITS;
    const symbols = symbolCount(segment, at + 1);
    steps += TABLE_STEPS;
    if (symbolsAt + symbols > segment.length) break;
    steps += SYMBOL_STEPS * symbols;
    tables.set(segment[at] ?? 0, readTable(segment, at + 1, symbols));
    at = symbolsAt + symbols;
  }
  return steps;
}

function symbolCount(segment: Buffer, countsAt: number): number {
  let sum = 0;
  for (let index = 0; index < MAX_CODE_BITS; index += 1) sum += segment[countsAt + index] ?? 0;
  return sum;
}

/** A code of n bits stands for a symbol that occurs once in 2^n times. */
function readTable(segment: Buffer, countsAt: number, symbols: number): HuffmanTable {
  let [total, bits, ends, shortest, share] = [0, 0, 0, 0, 1];
  let at = countsAt + MAX_CODE_BITS;
  for (let length = 1; length <= MAX_CODE_BITS; length += 1) {
    share /= 2;
    const end = at + (segment[countsAt + length - 1] ?? 0);
    if (end > at && shortest === 0) shortest = length;
    for (; at < end; at += 1) {
      const symbol = segment[at] ?? 0;
      total += share;
      bits += share * (length + (symbol & 0x0f));
      if (symbol === END_OF_BLOCK) ends = share;
    }
  }
  return {
    shortest: Math.max(1, shortest),
    average: bits / total,
    endsOfBlock: ends / total,
    isOwn: symbols < ALL_AC_SYMBOLS,
  };
}
