import type { MultipartUpload, UploadedPart, Written } from "@repo/s3-provider";

import { type BlockPair, GrowableBuffer } from "./body-memory.js";
import { completeParts, isAssembled } from "./complete-parts.js";
import type { InspectedBody, Verdict } from "./inspected-body.js";
import type { OnSent } from "./progress.js";
import { PART_BYTES } from "./sizes.js";
import {
  mayHaveStored,
  type StorageClient,
  TransferFailure,
  wentUnanswered,
} from "./storage-client.js";

/** Of the object that is to be made. */
export interface ObjectRequest {
  key: string;
  contentType: string;
  signal: AbortSignal;
  /** Is told what was sent so far. */
  onSent?: OnSent | undefined;
}

/** Reserves so many bytes in all. */
export type Reserve = (byteSize: number) => Promise<void>;

/**
 * Sends a body of unknown length in parts, or in one request if it ends within the first.
 *
 * @returns whether a request that makes the object went unanswered
 * @throws TransferFailure
 */
export async function sendInParts(
  s3: StorageClient,
  body: InspectedBody,
  { onSent, ...request }: ObjectRequest,
  reserve: Reserve,
): Promise<Written> {
  let sentBytes = 0;
  const multipart = new MultipartTransfer(s3, request, (byteLength) => {
    sentBytes += byteLength;
    onSent?.(sentBytes, body.totalBytes);
  });
  try {
    const parts = await body.withBlocks((blocks) =>
      sendFullParts(body, multipart, blocks, reserve),
    );
    const { byteLength, bytes } = parts.last;
    await reserve(body.verdict.byteSize);
    let written: Partial<Written>;
    if (multipart.started) {
      await multipart.send(bytes);
      written = await multipart.complete(body.verdict);
    } else {
      const { sha256 } = body.verdict;
      written = await s3.put({ ...request, byteLength, body: bytes, sha256 });
      onSent?.(byteLength, byteLength);
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
  reserve: Reserve,
): Promise<Parts> {
  let part = body.head;
  let sent = 0;
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
    sent += part.byteLength;
    await reserve(sent);
    await multipart.send(part.bytes);
    [part, spare] = [next, part];
  }
  return { last: part, spare };
}

/**
 * Appends a block to a part. The bytes pass through a block, as the thread that hashes sees those, and
 * a part has to stay as it is.
 */
export async function readInto(
  part: GrowableBuffer,
  body: InspectedBody,
  blocks: BlockPair,
): Promise<number> {
  const block = blocks.next();
  const count = await body.read(block.subarray(0, PART_BYTES - part.byteLength));
  part.append(block.subarray(0, count));
  return count;
}

/** An upload in parts; one part travels while the next is collected. */
class MultipartTransfer {
  readonly #s3: StorageClient;
  readonly #request: Omit<ObjectRequest, "onSent">;
  readonly #onPart: (byteLength: number) => void;
  readonly #parts: UploadedPart[] = [];
  #upload: MultipartUpload | undefined;
  #travelling: Promise<void> = Promise.resolve();

  /** @param onPart is told the bytes of each part that has arrived */
  constructor(
    s3: StorageClient,
    request: Omit<ObjectRequest, "onSent">,
    onPart: (byteLength: number) => void,
  ) {
    this.#s3 = s3;
    this.#request = request;
    this.#onPart = onPart;
  }

  get started(): boolean {
    return this.#upload !== undefined;
  }

  /** Waits for the part that is travelling: its memory may be used again. */
  async arrived(): Promise<void> {
    await this.#travelling;
  }

  /** Sends the next part once the one before has arrived. It must not change before it has. */
  async send(body: Uint8Array): Promise<void> {
    this.#upload ??= await this.#s3.createMultipartUpload(this.#request);
    await this.#travelling;
    const partNumber = this.#parts.length + 1;
    const { signal } = this.#request;
    const { byteLength } = body;
    this.#travelling = this.#s3
      .uploadPart(this.#upload, { partNumber, body, signal })
      .then((part) => {
        this.#parts.push(part);
        this.#onPart(byteLength);
      });
    // Whoever waits next sees the failure; until then it must not count as unhandled.
    this.#travelling.catch(() => undefined);
  }

  /** Makes the object: the commit point of the upload. */
  async complete(verdict: Verdict): Promise<Written> {
    await this.#travelling;
    if (this.#upload === undefined) throw new Error("no part was sent");
    const { key, signal } = this.#request;
    const parts = this.#parts;
    const isThere = (): Promise<boolean> => isAssembled(this.#s3, key, { parts, verdict, signal });
    return completeParts(this.#s3, this.#upload, { parts, signal, isThere });
  }

  /** Discards what was sent; false when parts may be left on the server. */
  async abort(): Promise<boolean> {
    if (this.#upload === undefined) return true;
    await this.#travelling.catch(() => undefined);
    return this.#s3.abortMultipartUpload(this.#upload).then(
      () => true,
      () => false,
    );
  }
}
