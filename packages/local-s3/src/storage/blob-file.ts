import { closeSync, fstatSync, openSync, readSync } from "node:fs";
import { type FileHandle, open } from "node:fs/promises";

import { FILE_MODE } from "./make-folder.js";
import { isAbsent } from "./volume.js";

/**
 * A blob file holds a body and what is known about it, so that one rename makes both visible. The
 * metadata follows the body because digests and size are known only then, and because a range of the
 * body then is the same range of the file:
 *
 *   body | metadata as JSON | length of the JSON (4 bytes, big-endian) | MAGIC
 */
const MAGIC = "LOCALS31";
const TAIL_BYTES = 4 + MAGIC.length;
const MAX_METADATA_BYTES = 256 * 1024;

/** An open blob. It keeps its content when the file is replaced or removed meanwhile. */
export interface OpenBlob {
  readonly handle: FileHandle;
  /** Bytes of the body. */
  readonly size: number;
  readonly metadata: unknown;
}

export async function writeBlob(
  path: string,
  body: AsyncIterable<Buffer>,
  metadata: (size: number) => object,
): Promise<void> {
  const handle = await open(path, "wx", FILE_MODE);
  try {
    let size = 0;
    for await (const chunk of body) {
      await handle.appendFile(chunk);
      size += chunk.length;
    }
    const json = Buffer.from(JSON.stringify(metadata(size)));
    const length = Buffer.alloc(4);
    length.writeUInt32BE(json.length);
    await handle.appendFile(Buffer.concat([json, length, Buffer.from(MAGIC)]));
  } finally {
    await handle.close();
  }
}

/** @returns undefined when there is no such file; otherwise the caller closes the handle */
export async function openBlob(path: string): Promise<OpenBlob | undefined> {
  let handle: FileHandle;
  try {
    handle = await open(path, "r");
  } catch (error) {
    if (isAbsent(error)) return undefined;
    throw error;
  }
  try {
    const { size: fileSize } = await handle.stat();
    const tail = Buffer.alloc(Math.min(TAIL_BYTES, fileSize));
    await handle.read(tail, 0, tail.length, fileSize - tail.length);
    const length = metadataLength(tail, fileSize, path);
    const json = Buffer.alloc(length);
    const size = fileSize - TAIL_BYTES - length;
    await handle.read(json, 0, length, size);
    return { handle, size, metadata: JSON.parse(json.toString()) };
  } catch (error) {
    await handle.close();
    throw error;
  }
}

/** Reads only the metadata, without yielding to other tasks. Undefined when there is no such file. */
export function readBlobMetadataSync(
  path: string,
): { size: number; metadata: unknown } | undefined {
  let descriptor: number;
  try {
    descriptor = openSync(path, "r");
  } catch (error) {
    if (isAbsent(error)) return undefined;
    throw error;
  }
  try {
    const { size: fileSize } = fstatSync(descriptor);
    const tail = Buffer.alloc(Math.min(TAIL_BYTES, fileSize));
    readSync(descriptor, tail, 0, tail.length, fileSize - tail.length);
    const length = metadataLength(tail, fileSize, path);
    const json = Buffer.alloc(length);
    const size = fileSize - TAIL_BYTES - length;
    readSync(descriptor, json, 0, length, size);
    return { size, metadata: JSON.parse(json.toString()) };
  } finally {
    closeSync(descriptor);
  }
}

function metadataLength(tail: Buffer, fileSize: number, path: string): number {
  if (tail.length === TAIL_BYTES && tail.subarray(4).toString("latin1") === MAGIC) {
    const length = tail.readUInt32BE();
    if (length <= MAX_METADATA_BYTES && length <= fileSize - TAIL_BYTES) return length;
  }
  throw new Error(`${path} is damaged: it does not end as a stored object does`);
}
