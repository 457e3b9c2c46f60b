export interface PlannedPart {
  partNumber: number;
  /** Where it begins, in bytes. */
  offset: number;
  byteSize: number;
}

/** A file cut into parts of one size; the last one has the rest. */
export function planParts(byteSize: number, partByteSize: number): PlannedPart[] {
  return Array.from({ length: Math.ceil(byteSize / partByteSize) }, (_, index) => {
    const offset = index * partByteSize;
    return {
      partNumber: index + 1,
      offset,
      byteSize: Math.min(partByteSize, byteSize - offset),
    };
  });
}
