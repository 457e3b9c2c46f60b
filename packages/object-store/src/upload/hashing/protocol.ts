/** From a body to the thread that hashes it. Updates and digests are answered in their order. */
export type HashRequest =
  /** The next bytes: memory that all threads see, or that was handed over. */
  | { what: "update"; hash: number; bytes: Uint8Array }
  /** The last bytes; asks for the SHA-256. */
  | { what: "digest"; hash: number; bytes: Uint8Array }
  /** No more will come. */
  | { what: "forget"; hash: number };

/** The digest where one was asked for; null once bytes are hashed. */
export type HashReply = Uint8Array | null;
