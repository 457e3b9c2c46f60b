/** The SHA-256 of a body that comes piece by piece. */
export interface RunningHash {
  /**
   * Takes the next bytes, which must stay as they are until this resolves. Those of the call before
   * may still be under way. Where it fails, so does the digest.
   *
   * @throws InspectionInterruptedError (`inspection_interrupted`), ResourceUnavailableError
   *   (`resource_unavailable`)
   */
  update(bytes: Uint8Array): Promise<void>;
  /** Takes the last bytes, and gives the digest: 32 bytes. */
  digest(last: Uint8Array): Promise<Buffer>;
  /** Frees what it holds; it may be under way, finished or closed. */
  close(): void;
}
