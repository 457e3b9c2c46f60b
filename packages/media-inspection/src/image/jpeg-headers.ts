import { InspectionError } from "../errors.js";
import type { ByteCursor, Walk } from "../byte-cursor.js";

/** What a frame header says of the picture and its components. */
export interface JpegFrame {
  width: number;
  height: number;
  componentIds: number[];
}

const MAX_SCAN_COMPONENTS = 4;

/** T.81 B.2.2: precision, lines, samples per line, number of components, 3 bytes for each. */
export function* readFrameHeader(source: ByteCursor, length: number): Walk<JpegFrame> {
  const body = yield* source.take(length);
  const components = body[5] ?? 0;
  if (body.length < length || components === 0 || length < 6 + 3 * components) {
    throw new InspectionError(
      "invalid_media",
      `The JPEG's frame header is broken: ${body.length} bytes for ${components} components.`,
    );
  }
  return {
    height: body.readUInt16BE(1),
    width: body.readUInt16BE(3),
    componentIds: Array.from({ length: components }, (_, index) => body.readUInt8(6 + 3 * index)),
  };
}

/**
 * T.81 B.2.3: number of components, 2 bytes for each, and 3 of parameters. What follows need not
 * have come: decoders show as much of a picture as there is.
 *
 * @throws InspectionError where no decoder can read the scan
 */
export function* checkScan(source: ByteCursor, { componentIds }: JpegFrame): Walk<void> {
  const length = yield* source.take(2);
  const bodyLength = length.length < 2 ? 0 : length.readUInt16BE(0) - 2;
  const body = yield* source.take(bodyLength);
  const components = body[0] ?? 0;
  if (length.length < 2 || body.length < bodyLength) {
    throw new InspectionError(
      "invalid_media",
      `The JPEG ends at byte ${source.position}, inside the header of its first scan.`,
    );
  }
  const isKnown = Array.from({ length: components }, (_, index) => body[1 + 2 * index]).every(
    (id) => id !== undefined && componentIds.includes(id),
  );
  if (components === 0 || components > MAX_SCAN_COMPONENTS || !isKnown) {
    throw new InspectionError(
      "invalid_media",
      `The JPEG's first scan has ${components} components, of which not all are in its frame header.`,
    );
  }
}
