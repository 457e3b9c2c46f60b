import type { JpegFrame, JpegScan } from "./jpeg-headers.js";
import { type HuffmanTables, tableKey } from "./jpeg-huffman.js";

const BASELINE = 0xc0;
const EXTENDED = 0xc1;
const PROGRESSIVE = 0xc2;
/** Tables made for a picture foretell its size. The size is this share of it or more. */
const MIN_SHARE = 0.6;
/** Beyond, so many blocks are empty that their number says little about the others. */
const MAX_ENDS_OF_BLOCK = 0.3;

export function isProgressive({ process }: JpegFrame): boolean {
  return process === PROGRESSIVE;
}

/** The units of an interleaved scan, or the blocks of one with a single component (T.81, A.2). */
export function unitCount(frame: JpegFrame, { components }: JpegScan): number {
  const [single, ...others] = components;
  const maxima = maxFactors(frame);
  if (single === undefined || others.length > 0) return units(frame, maxima.x, maxima.y);
  const { horizontal, vertical } = single.component;
  return units(frame, maxima.x / horizontal, maxima.y / vertical);
}

/** Bytes that a scan of the picture has at least; 0 where that is not known without decoding. */
export function minScanBytes(frame: JpegFrame, scan: JpegScan, tables: HuffmanTables): number {
  const isSingle = scan.components.length === 1;
  const perUnit = scan.components.map(({ component, dcTable, acTable }) => {
    const blocks = isSingle ? 1 : component.horizontal * component.vertical;
    return blocks * minBlockBits(frame, scan, tables, dcTable, acTable);
  });
  const bits = unitCount(frame, scan) * perUnit.reduce((sum, each) => sum + each, 0);
  return Math.floor(bits / 8);
}

function minBlockBits(
  frame: JpegFrame,
  scan: JpegScan,
  tables: HuffmanTables,
  dcTable: number,
  acTable: number,
): number {
  const dc = tables.get(tableKey(false, dcTable));
  if (isProgressive(frame)) {
    // A single code ends thousands of blocks of the other coefficients.
    if (scan.first > 0) return 0;
    return scan.bitsBefore > 0 ? 1 : (dc?.shortest ?? 1);
  }
  if (frame.process !== BASELINE && frame.process !== EXTENDED) return 0;
  const ac = tables.get(tableKey(true, acTable));
  const least = (dc?.shortest ?? 1) + (ac?.shortest ?? 1);
  if (dc === undefined || ac?.isOwn !== true) return least;
  if (ac.endsOfBlock === 0 || ac.endsOfBlock > MAX_ENDS_OF_BLOCK) return least;
  return Math.max(least, MIN_SHARE * (dc.average + ac.average / ac.endsOfBlock));
}

function maxFactors({ components }: JpegFrame): { x: number; y: number } {
  return {
    x: Math.max(...components.map(({ horizontal }) => horizontal)),
    y: Math.max(...components.map(({ vertical }) => vertical)),
  };
}

function units({ width, height }: JpegFrame, x: number, y: number): number {
  return Math.ceil(width / (8 * x)) * Math.ceil(height / (8 * y));
}
