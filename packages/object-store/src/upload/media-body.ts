import type { Readable } from "node:stream";
import type { ReadableStream } from "node:stream/web";
import { fileURLToPath } from "node:url";

import { InvalidInputError } from "../errors.js";

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
  | Uint8Array
  | Blob
  | Readable
  | ReadableStream<Uint8Array>
  | AsyncIterable<Uint8Array>
  | PathBody;

/** Registered, so that two copies of the module know each other's. JSON cannot hold a symbol. */
const PATH: unique symbol = Symbol.for("object-store.path");

/** A file of this machine as the body of an upload. Only {@link fromPath} makes one. */
export interface PathBody {
  readonly [PATH]: string;
}

/**
 * The file of this machine with this path or `file:` URL, as the body of an upload. The file brings
 * its name. Never call it with a path that a client chose.
 *
 * @throws InvalidInputError (`invalid_input`) for what can be neither
 */
export function fromPath(path: string | URL): PathBody {
  const given: unknown = path instanceof URL && path.protocol === "file:" ? pathOfUrl(path) : path;
  if (typeof given !== "string" || given === "" || given.includes("\0")) {
    throw new InvalidInputError(
      "fromPath takes the path of a file, without NUL, or its file: URL.",
    );
  }
  return Object.freeze({ [PATH]: given });
}

function pathOfUrl(url: URL): string | undefined {
  try {
    return fileURLToPath(url);
  } catch {
    // It names another host, or encodes a slash.
    return undefined;
  }
}

/** The path of a body that {@link fromPath} made; undefined for anything else. */
export function pathOf(body: object): string | undefined {
  const path: unknown = (body as Partial<PathBody>)[PATH];
  return typeof path === "string" ? path : undefined;
}
