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

/** The key of a table as a scan refers to it. */
export function tableKey(isAc: boolean, number: number): number {
  return (isAc ? 0x10 : 0) | number;
}

/** Adds the tables of a DHT segment (T.81, B.2.4.2); a broken one ends the list. */
export function addHuffmanTables(tables: HuffmanTables, segment: Buffer): void {
  let at = 0;
  while (at + 1 + MAX_CODE_BITS <= segment.length) {
    const key = segment.readUInt8(at);
    const counts = segment.subarray(at + 1, at + 1 + MAX_CODE_BITS);
    at += 1 + MAX_CODE_BITS;
    const symbols = counts.reduce((sum, count) => sum + count, 0);
    if (at + symbols > segment.length) return;
    tables.set(key, readTable(counts, segment.subarray(at, at + symbols)));
    at += symbols;
  }
}

/** A code of n bits stands for a symbol that occurs once in 2^n times. */
function readTable(counts: Buffer, symbols: Buffer): HuffmanTable {
  let [at, total, bits, ends] = [0, 0, 0, 0];
  counts.forEach((count, index) => {
    const length = index + 1;
    for (const symbol of symbols.subarray(at, at + count)) {
      const share = 2 ** -length;
      total += share;
      bits += share * (length + (symbol & 0x0f));
      if (symbol === END_OF_BLOCK) ends = share;
    }
    at += count;
  });
  return {
    shortest:
      1 +
      Math.max(
        0,
        counts.findIndex((count) => count > 0),
      ),
    average: bits / total,
    endsOfBlock: ends / total,
    isOwn: symbols.length < ALL_AC_SYMBOLS,
  };
}
