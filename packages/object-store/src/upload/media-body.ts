import type { Readable } from "node:stream";
import type { ReadableStream } from "node:stream/web";

/**
 * The bytes of an upload: held in memory, a Blob or File, a Node or web stream, any async
 * iterable of bytes, or a file on this machine by its path.
 *
 * Bytes in memory must stay as they are until the upload has settled. They are sent from where they
 * are, and S3 refuses others than those that were inspected: the upload then fails with
 * `storage_error`, and nothing is stored.
 */
export type MediaBody =
  | Uint8Array
  | Blob
  | Readable
  | ReadableStream<Uint8Array>
  | AsyncIterable<Uint8Array>
  | { readonly path: string };
