/** From a body to the thread that hashes it. Updates and digests are answered in their order. */
export type HashRequest =
  /** The next bytes, or the last ones: memory that all threads see, or that was handed over. */
  | { what: "update" | "digest"; hash: number; bytes: Uint8Array }
  /** No more will come. */
  | { what: "forget"; hash: number };

/** From the thread. */
export type HashingReply = { ready: true } | HashReply;

export interface HashReply {
  hash: number;
  /** Where one was asked for. */
  digest: Uint8Array | undefined;
}
