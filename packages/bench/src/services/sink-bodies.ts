import { createHash } from "node:crypto";
import type { IncomingMessage } from "node:http";

import { decodeAwsChunked } from "./aws-chunked.js";

/** What is known of a body that came in. */
export interface Receipt {
  /** Bytes that came, their framing included. */
  byteLength: number;
  /** Hexadecimal; only with hashing on. */
  sha256?: string | undefined;
  /** The bytes of a part, whose neighbours may not have come yet; only with hashing on. */
  chunks?: Buffer[] | undefined;
}

/** What the sink knows of the bodies it has seen. */
export class SinkBodies {
  keepsHashes = false;
  readonly #objects = new Map<string, Receipt>();
  readonly #uploads = new Map<string, Map<number, Receipt>>();
  #uploadCount = 0;

  async receive(request: IncomingMessage): Promise<Receipt> {
    const chunks: Buffer[] | undefined = this.keepsHashes ? [] : undefined;
    let byteLength = 0;
    request.on("data", (chunk: Buffer) => {
      byteLength += chunk.byteLength;
      chunks?.push(chunk);
    });
    await new Promise<void>((resolve, reject) => {
      request.once("end", resolve).once("error", reject).once("aborted", reject);
    });
    const isChunked = request.headers["content-encoding"] === "aws-chunked";
    return {
      byteLength,
      chunks: chunks && isChunked ? decodeAwsChunked(Buffer.concat(chunks)) : chunks,
    };
  }

  store(key: string, { byteLength, chunks }: Receipt): void {
    if (chunks === undefined) return;
    const hash = createHash("sha256");
    for (const chunk of chunks) hash.update(chunk);
    this.#objects.set(key, { byteLength, sha256: hash.digest("hex") });
  }

  /** What came under a key since hashing is on; asked once. */
  take(key: string): Receipt | undefined {
    const receipt = this.#objects.get(key);
    this.#objects.delete(key);
    return receipt;
  }

  beginParts(): string {
    this.#uploadCount += 1;
    const id = `upload-${this.#uploadCount}`;
    this.#uploads.set(id, new Map());
    return id;
  }

  storePart(uploadId: string, partNumber: number, receipt: Receipt): void {
    this.#uploads.get(uploadId)?.set(partNumber, receipt);
  }

  completeParts(uploadId: string, key: string): void {
    const parts = [...(this.#uploads.get(uploadId) ?? [])].sort(([a], [b]) => a - b);
    this.#uploads.delete(uploadId);
    const byteLength = parts.reduce((sum, [, part]) => sum + part.byteLength, 0);
    const chunks = parts.flatMap(([, part]) => part.chunks ?? []);
    if (this.keepsHashes) this.store(key, { byteLength, chunks });
  }

  dropParts(uploadId: string): void {
    this.#uploads.delete(uploadId);
  }
}
