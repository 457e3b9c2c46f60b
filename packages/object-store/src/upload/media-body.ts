import type { Readable } from "node:stream";
import type { ReadableStream } from "node:stream/web";

import type { PathBody } from "./path-body.js";

/**
 * The bytes of an upload: held in memory, a Blob or File, a Node or web stream, any async
 * iterable of bytes, or a file of this machine, `fromPath(path)`.
 *
 * A stream that ends with its property `truncated` set, as a form parser's at its limit, is
 * `file_too_large`; one with `aborted` set, as a cut HTTP/2 request, is `source_failed`.
 *
 * Bytes in memory must stay as they are, and not be transferred, until the upload has settled. Those
 * of 768 KiB to 5 MiB are sent from where they are; where they have changed since they were inspected,
 * S3 refuses them: the upload fails with `storage_error`, and nothing is stored. Others are copied
 * as they are read, and what is stored is what was read.
 */
export type MediaBody =
  Uint8Array | Blob | Readable | ReadableStream<Uint8Array> | AsyncIterable<Uint8Array> | PathBody;
