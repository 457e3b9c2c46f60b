/** How records of one kind are told from other bytes. */
export interface RecordFormat {
  /** Bytes that tell whether a record begins, and how long it is. */
  headerBytes: number;
  /** Bytes of the record whose header stands there, which are never fewer; 0 where there is none. */
  sizeAt(bytes: DataView, at: number): number;
}

/** The bytes as formats read them: loops over headers are fastest so. */
export function viewOf({ buffer, byteOffset, byteLength }: Uint8Array): DataView {
  return new DataView(buffer, byteOffset, byteLength);
}
