import { InspectionError } from "../errors.js";
import type { ByteCursor, Walk } from "../byte-cursor.js";

/** What a frame header says of the picture and its components. */
export interface JpegFrame {
  /** The marker of the header, which says how the picture is coded (ITU-T T.81, table B.1). */
  process: number;
  width: number;
  height: number;
  components: readonly JpegComponent[];
}

export interface JpegComponent {
  id: number;
  /** Blocks of a component in a unit of the interleaved scan, in each direction. */
  horizontal: number;
  vertical: number;
}

/** What a scan holds. */
export interface JpegScan {
  components: readonly { component: JpegComponent; dcTable: number; acTable: number }[];
  /** The coefficients in it: the first and the last. */
  first: number;
  last: number;
  /** Bits that earlier scans and later scans hold of each, in progressive files. */
  bitsBefore: number;
  bitsBehind: number;
}

const MAX_SCAN_COMPONENTS = 4;

/** T.81 B.2.2: precision, lines, samples per line, number of components, 3 bytes for each. */
export function* readFrameHeader(
  source: ByteCursor,
  process: number,
  length: number,
): Walk<JpegFrame> {
  const body = yield* source.take(length);
  const count = body[5] ?? 0;
  if (body.length < length || count === 0 || length < 6 + 3 * count) {
    throw new InspectionError(
      "invalid_media",
      `The JPEG's frame header is broken: ${body.length} bytes for ${count} components.`,
    );
  }
  const components = Array.from({ length: count }, (_, index) => {
    const factors = body.readUInt8(7 + 3 * index);
    return {
      id: body.readUInt8(6 + 3 * index),
      horizontal: Math.max(1, factors >>> 4),
      vertical: Math.max(1, factors & 0x0f),
    };
  });
  return { process, height: body.readUInt16BE(1), width: body.readUInt16BE(3), components };
}

/**
 * T.81 B.2.3: number of components, 2 bytes for each, and 3 of parameters. What follows need not
 * have come: decoders show as much of a picture as there is.
 *
 * @throws InspectionError where no decoder can read the scan
 */
export function* readScanHeader(source: ByteCursor, frame: JpegFrame): Walk<JpegScan> {
  const length = yield* source.take(2);
  const bodyLength = length.length < 2 ? 0 : length.readUInt16BE(0) - 2;
  const body = yield* source.take(bodyLength);
  const count = body[0] ?? 0;
  if (length.length < 2 || body.length < bodyLength) {
    throw new InspectionError(
      "invalid_media",
      `The JPEG ends at byte ${source.position}, inside the header of a scan.`,
    );
  }
  const components = Array.from({ length: Math.min(count, MAX_SCAN_COMPONENTS) }, (_, index) => {
    const tables = body[2 + 2 * index] ?? 0;
    const component = frame.components.find(({ id }) => id === body[1 + 2 * index]);
    return component && { component, dcTable: tables >>> 4, acTable: tables & 0x0f };
  }).filter((component) => component !== undefined);
  if (count === 0 || components.length < count) {
    throw new InspectionError(
      "invalid_media",
      `A scan of the JPEG has ${count} components, of which not all are in its frame header.`,
    );
  }
  const [first = 0, last = 0, bits = 0] = body.subarray(1 + 2 * count);
  return { components, first, last, bitsBefore: bits >>> 4, bitsBehind: bits & 0x0f };
}
