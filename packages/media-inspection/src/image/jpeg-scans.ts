import type { ByteCursor, Walk } from "../byte-cursor.js";
import { InspectionError } from "../errors.js";
import { type JpegFrame, type JpegScan, readScanHeader } from "./jpeg-headers.js";
import { addHuffmanTables, type HuffmanTables } from "./jpeg-huffman.js";
import { DHT, DRI, EOI, isRestart, SOS } from "./jpeg-markers.js";
import { isProgressive, minScanBytes, unitCount } from "./jpeg-scan-size.js";

/** What segments before a scan set for it. */
export interface JpegTables {
  huffman: HuffmanTables;
  /** Units between restart markers; 0 for none. */
  restartInterval: number;
}

/** Segments behind the first scan that are read; progressive files have some dozens. */
const MAX_SEGMENTS = 500;
/** Bytes 0xFF in the scans that are looked at; chance gives one in 256 bytes. */
const MAX_SYNCS = 1_000_000;
const COEFFICIENTS = 64;
const UNKNOWN = 0xff;

/**
 * Reads on from the first scan to the end marker. Where that is missed, the picture counts as cut if the
 * scans do not hold all of its coefficients, or the last one has fewer bytes or restart markers than it
 * takes. Nothing is decoded.
 */
export function* isComplete(
  source: ByteCursor,
  frame: JpegFrame,
  tables: JpegTables,
  firstScan: JpegScan,
): Walk<boolean> {
  const coefficients = new CodedCoefficients(frame);
  let syncs = 0;
  let scan: ScanInFile = { header: firstScan, start: source.position, restarts: 0 };
  coefficients.add(firstScan);
  for (let segments = 0; segments < MAX_SEGMENTS; segments += 1) {
    const found = yield* source.seek({ byte: 0xff }, 2, (window, at) => {
      const marker = window[at + 1] ?? 0;
      syncs += 1;
      scan.restarts += isRestart(marker) ? 1 : 0;
      return syncs > MAX_SYNCS || (marker >= 0xc0 && !isRestart(marker)) ? 0 : 1;
    });
    if (!found) return coefficients.areAll && holdsPicture(frame, tables, scan, source.position);
    const marker = (yield* source.take(2))[1] ?? EOI;
    if (marker === EOI || syncs > MAX_SYNCS) return true;
    if (marker === SOS) {
      const header = yield* nextScan(source, frame);
      if (header === undefined) continue;
      coefficients.add(header);
      scan = { header, start: source.position, restarts: 0 };
    } else {
      yield* readTables(source, marker, tables);
    }
  }
  return true;
}

/** Reads a segment behind its marker, if it sets a table; passes over others. */
export function* readTables(source: ByteCursor, marker: number, tables: JpegTables): Walk<void> {
  const head = yield* source.take(2);
  const length = head.length < 2 ? 0 : Math.max(0, head.readUInt16BE(0) - 2);
  if (marker !== DHT && marker !== DRI) {
    yield* source.skip(length);
    return;
  }
  const body = yield* source.take(length);
  if (marker === DHT) source.charge(addHuffmanTables(tables.huffman, body));
  else if (body.length >= 2) tables.restartInterval = body.readUInt16BE(0);
}

interface ScanInFile {
  header: JpegScan;
  /** Offset of its data. */
  start: number;
  restarts: number;
}

function holdsPicture(
  frame: JpegFrame,
  { huffman, restartInterval }: JpegTables,
  { header, start, restarts }: ScanInFile,
  end: number,
): boolean {
  if (restartInterval > 0) {
    return restarts >= Math.ceil(unitCount(frame, header) / restartInterval) - 1;
  }
  return end - start >= minScanBytes(frame, header, huffman);
}

/** Undefined where what looks like a scan's header is none. */
function* nextScan(source: ByteCursor, frame: JpegFrame): Walk<JpegScan | undefined> {
  try {
    return yield* readScanHeader(source, frame);
  } catch (error) {
    if (error instanceof InspectionError) return undefined;
    throw error;
  }
}

/** Which bits of which coefficients the scans so far hold. */
class CodedCoefficients {
  /** Per component: for each coefficient the bits that are still to come. */
  readonly #bitsBehind = new Map<number, Uint8Array>();

  constructor(private readonly frame: JpegFrame) {
    for (const { id } of frame.components) {
      this.#bitsBehind.set(id, new Uint8Array(COEFFICIENTS).fill(UNKNOWN));
    }
  }

  get areAll(): boolean {
    return [...this.#bitsBehind.values()].every((bits) => bits.every((count) => count === 0));
  }

  add({ components, first, last, bitsBehind }: JpegScan): void {
    const isAll = !isProgressive(this.frame);
    for (const { component } of components) {
      const bits = this.#bitsBehind.get(component.id);
      if (isAll) bits?.fill(0);
      else bits?.fill(bitsBehind, first, last + 1);
    }
  }
}
