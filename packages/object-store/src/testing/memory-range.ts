import type { ByteRange } from "@repo/s3-provider";

import { type FailedCall, invalidRange } from "./memory-errors.js";

/** The positions of a range in an object, `end` included; the end is cut to the object's. */
export function coveredBy(
  range: ByteRange,
  byteLength: number,
  call: FailedCall,
): { start: number; end: number } {
  const last = byteLength - 1;
  const { start, end } =
    "suffix" in range
      ? { start: Math.max(0, byteLength - range.suffix), end: last }
      : { start: range.start, end: Math.min(range.end ?? last, last) };
  const isRange = [start, end].every((position) => Number.isSafeInteger(position) && position >= 0);
  if (!isRange || start > end) throw invalidRange(call);
  return { start, end };
}
