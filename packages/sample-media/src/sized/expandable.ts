/** A valid file with a place that can grow to any length. */
export interface Expandable {
  /** Bytes; every size from here on can be reached. */
  minimumSize: number;
  /**
   * The file at exactly `byteSize` bytes, piece by piece. The pieces may share memory: copy them
   * before asking for the next.
   */
  pieces: (byteSize: number) => Iterable<Uint8Array>;
}
