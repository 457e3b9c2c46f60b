import { Readable } from "node:stream";

import type { StorageClient } from "./storage-client.js";

import { MEDIA_FORMATS } from "../inspection/media-facts.js";
import { GrowableBuffer } from "./growable-buffer.js";
import type { InspectedBody } from "./inspected-body.js";
import { MultipartTransfer } from "./multipart-transfer.js";
import { mayHaveStored } from "./storage-failure.js";
import { TransferFailure } from "./transfer-failure.js";

/** Bodies up to this size go as one buffer, which can be sent again; it is also a part's size. */
const PART_BYTES = 8 * 1024 * 1024;

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
      const stream = Readable.from(body.chunks(), { objectMode: false });
      await s3.put({ ...target, contentType, byteLength, body: stream });
      return;
    }
    const last = await sendFullParts(body, multipart);
    if (multipart.started) {
      await multipart.send(last);
      await multipart.complete();
    } else {
      await s3.put({ ...target, contentType, byteLength: last.byteLength, body: last });
    }
  } catch (error) {
    const discarded = await multipart.abort();
    throw new TransferFailure(error, !discarded || mayHaveStored(error));
  }
}

/** Sends parts while more bytes follow, and gives back what is left when the body has ended. */
async function sendFullParts(
  body: InspectedBody,
  multipart: MultipartTransfer,
): Promise<Uint8Array> {
  const part = new GrowableBuffer(PART_BYTES);
  for await (const chunk of body.chunks()) {
    let rest = part.fill(chunk);
    while (rest.byteLength > 0) {
      await multipart.send(part.take());
      rest = part.fill(rest);
    }
  }
  return part.take();
}
