import { DAC, DHT, DNL, DQT, DRI, isFrameHeader, SOS } from "../image/jpeg-markers.js";

/** Of hierarchical pictures; DHP is written as a frame header is. */
const DHP = 0xde;
const EXP = 0xdf;

/** Whether decoders need the segment: frame and scan headers, and tables. */
export function isPictureSegment(marker: number): boolean {
  return isFrameHeader(marker) || [SOS, DQT, DHT, DAC, DRI, DNL, DHP, EXP].includes(marker);
}

/** Whether a segment that decoders need holds what it should and nothing else (ITU-T T.81, B.2). */
export function isWholeSegment(marker: number, body: Buffer): boolean {
  switch (marker) {
    case SOS:
      return body.length === 4 + 2 * (body[0] ?? 0);
    case DRI:
    case DNL:
      return body.length === 2;
    case EXP:
      return body.length === 1;
    case DAC:
      return areTables(body, () => 2);
    case DQT:
      return areTables(body, (at) => 1 + 64 * ((body[at] ?? 0) >>> 4 === 0 ? 1 : 2));
    case DHT:
      return areTables(body, (at) => 17 + sum(body.subarray(at + 1, at + 17)));
    default:
      return body.length === 6 + 3 * (body[5] ?? 0);
  }
}

/** Whether the first byte of a table says its class, 0 or 1, and its number, 0 to 3. */
function isTable(byte: number): boolean {
  return (byte & 0xec) === 0;
}

/** Whether the body is a row of tables, the last of which ends with it. */
function areTables(body: Buffer, sizeAt: (at: number) => number): boolean {
  let at = 0;
  while (at < body.length && isTable(body[at] ?? 0)) at += sizeAt(at);
  return at === body.length;
}

function sum(bytes: Buffer): number {
  return bytes.reduce((total, byte) => total + byte, 0);
}
