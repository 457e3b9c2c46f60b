import { Readable } from "node:stream";

import { MEDIA_FORMATS } from "../inspection/media-facts.js";
import { type BlockPair, borrowBlocks } from "./block-pool.js";
import { GrowableBuffer } from "./growable-buffer.js";
import type { InspectedBody } from "./inspected-body.js";
import { MultipartTransfer } from "./multipart-transfer.js";
import { BLOCK_BYTES, PART_BYTES } from "./sizes.js";
import type { StorageClient } from "./storage-client.js";
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
 * @throws TransferFailure
 */
export async function transfer(
  s3: StorageClient,
  body: InspectedBody,
  target: TransferTarget,
): Promise<void> {
  const contentType = MEDIA_FORMATS[body.format].contentType;
  const multipart = new MultipartTransfer(s3, { ...target, contentType });
  try {
    const { byteLength } = body;
    if (byteLength !== undefined && byteLength > PART_BYTES) {
      await put(s3, body, { ...target, contentType, byteLength });
      return;
    }
    const parts = await sendFullParts(body, multipart);
    if (multipart.started) {
      await multipart.send(parts.last.bytes);
      await multipart.complete();
    } else {
      const { sha256 } = body.verdict;
      const { byteLength, bytes } = parts.last;
      await s3.put({ ...target, contentType, byteLength, body: bytes, sha256 });
    }
    // Only here: where a request broke off, its socket may still send from them.
    parts.last.release();
    parts.spare?.release();
  } catch (error) {
    const discarded = await multipart.abort();
    throw new TransferFailure(error, !discarded || mayHaveStored(error));
  }
}

/** Sends a body of known length in one request. */
async function put(
  s3: StorageClient,
  body: InspectedBody,
  target: TransferTarget & { contentType: string; byteLength: number },
): Promise<void> {
  const blocks = borrowBlocks();
  let isSent = false;
  try {
    const stream = Readable.from(blocksOf(body, blocks), { objectMode: false, highWaterMark: 0 });
    await s3.put({ ...target, body: stream });
    isSent = true;
    body.head.release();
  } finally {
    blocks.release(isSent);
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
async function sendFullParts(body: InspectedBody, multipart: MultipartTransfer): Promise<Parts> {
  let part = body.head;
  let spare: GrowableBuffer | undefined;
  while (!body.hasEnded) {
    if (part.byteLength < PART_BYTES) {
      await readInto(part, body);
      continue;
    }
    // It holds what is still travelling.
    await multipart.arrived();
    const next = spare ?? new GrowableBuffer(PART_BYTES);
    next.clear();
    if ((await readInto(next, body)) === 0) break;
    await multipart.send(part.bytes);
    [part, spare] = [next, part];
  }
  return { last: part, spare };
}

async function readInto(part: GrowableBuffer, body: InspectedBody): Promise<number> {
  const space = part.space(Math.min(BLOCK_BYTES, PART_BYTES - part.byteLength));
  const count = await body.read(space);
  part.add(count);
  return count;
}
