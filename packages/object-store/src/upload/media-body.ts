import type { Readable } from "node:stream";
import type { ReadableStream } from "node:stream/web";
import { fileURLToPath } from "node:url";
import { isPromise } from "node:util/types";

import { InvalidInputError } from "../errors.js";
import { openByteSource } from "./open-byte-source.js";

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

const guarded = new WeakSet();

/**
 * Keeps a stream that fails before it is read, or after, from ending the process: its next read fails
 * in its place. To be called in the turn in which the body is handed over.
 */
export function guardBody(body: unknown): void {
  if (typeof body !== "object" || body === null) return;
  // One that somebody forgot to wait for.
  if (isPromise(body)) body.catch(() => undefined);
  // Streams of libraries need not be instances of Node's.
  else if (isStream(body) && !guarded.has(body)) {
    guarded.add(body);
    listen(body);
  }
}

function listen(stream: Pick<Readable, "on">): void {
  try {
    stream.on("error", () => undefined);
  } catch {
    // Reading it fails as well.
  }
}

function isStream(body: object): body is Pick<Readable, "on"> {
  return "pipe" in body && "on" in body && typeof body.on === "function";
}

/** Guards and ends the stream of a body that nobody is going to read; anything else is left alone. */
export async function discardBody(body: unknown): Promise<void> {
  guardBody(body);
  if (!isIterable(body)) return;
  try {
    await (await openByteSource(body)).close();
  } catch {
    // A stream that somebody else reads is that reader's to end.
  }
}

function isIterable(body: unknown): body is AsyncIterable<Uint8Array> {
  return typeof body === "object" && body !== null && Symbol.asyncIterator in body;
}
