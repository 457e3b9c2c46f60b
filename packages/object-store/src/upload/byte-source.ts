import { ObjectStoreError, SourceFailedError } from "../errors.js";
import { shortage } from "../machine-failure.js";

/** Bytes that a source has in memory. */
export interface BytesInMemory {
  readonly all: Uint8Array;
  /**
   * Those that would be read next, where they lie.
   *
   * @throws SourceFailedError (`source_failed`)
   */
  next(maxBytes: number): Uint8Array;
  /** Counts so many of them as read. */
  pass(byteLength: number): void;
}

/** Bytes to read once, in order. */
export interface ByteSource {
  /** Bytes that the source holds, where it can know; what is read must be exactly as many. */
  readonly byteLength: number | undefined;
  /** Where the source has all of them, in memory that no other thread can change. */
  readonly memory?: BytesInMemory | undefined;
  /** The name that the source itself carries. */
  readonly filename: string | undefined;
  /** The content type that the source itself declares. */
  readonly contentType?: string | undefined;
  /**
   * Copies the next bytes into the target: as many as there are at once and fit in, one at least,
   * or none when the source has ended. One call at a time.
   *
   * @throws SourceFailedError (`source_failed`), InvalidInputError (`invalid_input`),
   *   ResourceUnavailableError (`resource_unavailable`)
   */
  read(target: Uint8Array): Promise<number>;
  /** Has the source read again from its first byte; absent where it can be read once only. */
  rewind?: () => void;
  /** Releases what the source holds open, also when it was never read. */
  close(): Promise<void>;
}

/** Names the failure of a foreign source. */
export function sourceFailure(error: unknown): ObjectStoreError {
  if (error instanceof ObjectStoreError) return error;
  const message = "The source of the body failed while it was read.";
  return shortage(error) ?? new SourceFailedError(message, { cause: error });
}
