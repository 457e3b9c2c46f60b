import { printable } from "../../audio/m4a-boxes.js";
import { InspectionError } from "../../errors.js";
import { joined, uint32be } from "./byte-parts.js";

/** A box in memory. */
export interface MemoryBox {
  type: string;
  /** With its header. */
  whole: Buffer;
  body: Buffer;
}

/**
 * The boxes of a body, up to bytes that begin none.
 *
 * @throws InspectionError (`invalid_media`) when one is longer than what it stands in
 */
export function boxesIn(body: Buffer): MemoryBox[] {
  const boxes: MemoryBox[] = [];
  for (let at = 0; at + 8 <= body.length;) {
    const type = body.toString("latin1", at + 4, at + 8);
    const stored = body.readUInt32BE(at);
    const isLarge = stored === 1 && at + 16 <= body.length;
    const headerBytes = isLarge ? 16 : 8;
    const known = isLarge ? Number(body.readBigUInt64BE(at + 8)) : stored;
    const size = stored === 0 ? body.length - at : known;
    if (size < headerBytes) break;
    if (at + size > body.length) {
      throw new InspectionError(
        "invalid_media",
        `The M4A's ${printable(type)} box has ${size} bytes, but only ${body.length - at} are left around it.`,
      );
    }
    const whole = body.subarray(at, at + size);
    boxes.push({ type, whole, body: whole.subarray(headerBytes) });
    at += size;
  }
  return boxes;
}

/** The first box of a type. */
export function findBox(boxes: readonly MemoryBox[], type: string): MemoryBox | undefined {
  return boxes.find((each) => each.type === type);
}

/** Writes a box. */
export function box(type: string, ...content: readonly (string | number | Uint8Array)[]): Buffer {
  const body = joined(...content);
  return joined(uint32be(8 + body.length), type, body);
}

/** The boxes of a `meta` box, which is a full box in ISO files but not in QuickTime's. */
export function metadataBoxes({ body }: MemoryBox): MemoryBox[] {
  return boxesIn(body.toString("latin1", 4, 8) === "hdlr" ? body : body.subarray(4));
}
