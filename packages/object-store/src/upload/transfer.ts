import { Readable } from "node:stream";

import { MEDIA_FORMATS } from "@repo/media-inspection";
import type { Written } from "@repo/s3-provider";

import { type BlockPair, borrowBlocks } from "./body-memory.js";
import type { InspectedBody } from "./inspected-body.js";
import { type ObjectRequest, readInto, type Reserve, sendInParts } from "./multipart-transfer.js";
import type { OnSent } from "./progress.js";
import { PART_BYTES } from "./sizes.js";
import {
  mayHaveStored,
  type StorageClient,
  TransferFailure,
  wentUnanswered,
} from "./storage-client.js";

/**
 * Sends a body to S3. The object comes into being only after the body's verdict: the last byte of
 * a PUT, or CompleteMultipartUpload, is held back until then.
 *
 * @param reserve called with the bytes of the body before they are sent, as far as they are known
 * @returns whether a request that makes the object went unanswered: it may make it anew later
 * @throws TransferFailure
 */
export async function transfer(
  s3: StorageClient,
  body: InspectedBody,
  target: { key: string; signal: AbortSignal; onSent?: OnSent | undefined },
  reserve: Reserve,
): Promise<Written> {
  const { byteLength, bytes } = body;
  const request = { ...target, contentType: MEDIA_FORMATS[body.format].contentType };
  // Bytes in memory are being read where they lie.
  const isWhole = bytes !== undefined || (byteLength !== undefined && byteLength <= PART_BYTES);
  const streams = byteLength !== undefined && s3.needsParts !== true;
  if (!isWhole && !streams) return sendInParts(s3, body, request, reserve);
  const put = isWhole ? putWhole : putStream;
  try {
    if (byteLength !== undefined) await reserve(byteLength);
    return { unanswered: wentUnanswered(await put(s3, body, request)) };
  } catch (error) {
    throw new TransferFailure(error, mayHaveStored(error));
  }
}

/**
 * Sends a small body as one buffer, which can be sent again: from the caller's memory, or collected.
 * The server refuses other bytes than those that were hashed and inspected, by their SHA-256.
 */
async function putWhole(
  s3: StorageClient,
  body: InspectedBody,
  request: ObjectRequest,
): Promise<Partial<Written>> {
  const { head, bytes } = body;
  if (bytes !== undefined) {
    await body.readToEnd();
  } else if (!body.hasEnded) {
    await body.withBlocks(async (blocks) => {
      while (!body.hasEnded) await readInto(head, body, blocks);
    });
  }
  const { byteSize: byteLength, sha256 } = body.verdict;
  const { onSent, ...target } = request;
  const written = await s3.put({ ...target, byteLength, body: bytes ?? head.bytes, sha256 });
  onSent?.(byteLength, byteLength);
  // Only here: where a request broke off, its socket may still send from it.
  head.release();
  return written;
}

/** Sends a body of known length in one request. */
async function putStream(
  s3: StorageClient,
  body: InspectedBody,
  request: ObjectRequest,
): Promise<Partial<Written>> {
  const { byteLength = 0 } = body;
  const { onSent, ...target } = request;
  const blocks = borrowBlocks();
  let isSent = false;
  try {
    const stream = Readable.from(blocksOf(body, blocks, onSent), {
      objectMode: false,
      highWaterMark: 0,
    });
    const written = await s3.put({ ...target, byteLength, body: stream });
    onSent?.(byteLength, byteLength);
    isSent = true;
    body.head.release();
    return written;
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
  onSent: OnSent | undefined,
): AsyncGenerator<Uint8Array, void, undefined> {
  let block: Uint8Array = body.head.bytes;
  let sentBytes = 0;
  while (!body.hasEnded) {
    const target = blocks.next();
    const next = body.read(target);
    next.catch(() => undefined);
    yield block;
    sentBytes += block.byteLength;
    onSent?.(sentBytes, body.totalBytes);
    block = target.subarray(0, await next);
  }
  yield block;
}
