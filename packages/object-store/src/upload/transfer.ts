import { Readable } from "node:stream";

import type { Written } from "@repo/s3-provider";

import { MEDIA_FORMATS } from "../inspection/media-facts.js";
import { type BlockPair, borrowBlocks } from "./block-pool.js";
import { GrowableBuffer } from "./growable-buffer.js";
import type { InspectedBody } from "./inspected-body.js";
import { MultipartTransfer } from "./multipart-transfer.js";
import { PART_BYTES } from "./sizes.js";
import { type StorageClient, wentUnanswered } from "./storage-client.js";
import { mayHaveStored } from "./storage-failure.js";
import { TransferFailure } from "./transfer-failure.js";

export interface TransferTarget {
  key: string;
  signal: AbortSignal;
}

/**
 * Sends a body to S3. The object comes into being only after the body's verdict: the last byte of
 * a PUT, or CompleteMultipartUpload, is held back until then.
 *
 * @returns whether a request that makes the object went unanswered: it may make it anew later
 * @throws TransferFailure
 */
export async function transfer(
  s3: StorageClient,
  body: InspectedBody,
  target: TransferTarget,
): Promise<Written> {
  const contentType = MEDIA_FORMATS[body.format].contentType;
  const multipart = new MultipartTransfer(s3, { ...target, contentType });
  try {
    const { byteLength, bytes } = body;
    if (bytes !== undefined) {
      return await putBytes(s3, body, { ...target, contentType, body: bytes });
    }
    if (byteLength !== undefined && byteLength > PART_BYTES) {
      return await put(s3, body, { ...target, contentType, byteLength });
    }
    const parts = await body.withBlocks((blocks) => sendFullParts(body, multipart, blocks));
    const { sha256 } = body.verdict;
    let written: Partial<Written>;
    if (multipart.started) {
      await multipart.send(parts.last.bytes);
      written = await multipart.complete(body.verdict);
    } else {
      const { byteLength, bytes } = parts.last;
      written = await s3.put({ ...target, contentType, byteLength, body: bytes, sha256 });
    }
    // Only here: where a request broke off, its socket may still send from them.
    parts.last.release();
    parts.spare?.release();
    return { unanswered: wentUnanswered(written) };
  } catch (error) {
    const discarded = await multipart.abort();
    throw new TransferFailure(error, !discarded || mayHaveStored(error));
  }
}

/**
 * Sends bytes from the caller's memory. The server refuses others than those that were hashed and
 * inspected, by their SHA-256.
 */
async function putBytes(
  s3: StorageClient,
  body: InspectedBody,
  request: TransferTarget & { contentType: string; body: Uint8Array },
): Promise<Written> {
  await body.readToEnd();
  const { byteSize: byteLength, sha256 } = body.verdict;
  const written = await s3.put({ ...request, byteLength, sha256 });
  body.head.release();
  return { unanswered: wentUnanswered(written) };
}

/** Sends a body of known length in one request. */
async function put(
  s3: StorageClient,
  body: InspectedBody,
  target: TransferTarget & { contentType: string; byteLength: number },
): Promise<Written> {
  const blocks = borrowBlocks();
  let isSent = false;
  try {
    const stream = Readable.from(blocksOf(body, blocks), { objectMode: false, highWaterMark: 0 });
    const written = await s3.put({ ...target, body: stream });
    isSent = true;
    body.head.release();
    return { unanswered: wentUnanswered(written) };
  } finally {
    blocks.release(isSent ? Promise.resolve() : undefined);
  }
}

/**
 * The bytes of a body of known length. While one block is sent, the next is read; the memory of a
 * block is used again once the next but one is asked for.
 */
async function* blocksOf(
  body: InspectedBody,
  blocks: BlockPair,
): AsyncGenerator<Uint8Array, void, undefined> {
  let block: Uint8Array = body.head.bytes;
  while (!body.hasEnded) {
    const target = blocks.next();
    const next = body.read(target);
    next.catch(() => undefined);
    yield block;
    block = target.subarray(0, await next);
  }
  yield block;
}

interface Parts {
  /** What is left when the body has ended. */
  last: GrowableBuffer;
  /** The memory of the part before. */
  spare: GrowableBuffer | undefined;
}

/** Sends parts while more bytes follow. */
async function sendFullParts(
  body: InspectedBody,
  multipart: MultipartTransfer,
  blocks: BlockPair,
): Promise<Parts> {
  let part = body.head;
  let spare: GrowableBuffer | undefined;
  while (!body.hasEnded) {
    if (part.byteLength < PART_BYTES) {
      await readInto(part, body, blocks);
      continue;
    }
    // It holds what is still travelling.
    await multipart.arrived();
    const next = spare ?? new GrowableBuffer(PART_BYTES);
    next.clear();
    if ((await readInto(next, body, blocks)) === 0) break;
    await multipart.send(part.bytes);
    [part, spare] = [next, part];
  }
  return { last: part, spare };
}

/** The bytes pass through a block, as other threads see those, and a part has to stay as it is. */
async function readInto(
  part: GrowableBuffer,
  body: InspectedBody,
  blocks: BlockPair,
): Promise<number> {
  const block = blocks.next();
  const count = await body.read(block.subarray(0, PART_BYTES - part.byteLength));
  part.append(block.subarray(0, count));
  return count;
}
