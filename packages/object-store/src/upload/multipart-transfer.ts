import type { MultipartUpload, UploadedPart, Written } from "@repo/s3-provider";

import { completeParts } from "./complete-parts.js";
import type { Verdict } from "./inspected-body.js";
import type { StorageClient } from "./storage-client.js";

export interface MultipartTarget {
  key: string;
  contentType: string;
  signal: AbortSignal;
}

/** A body of unknown length on its way in parts; one part travels while the next is collected. */
export class MultipartTransfer {
  readonly #s3: StorageClient;
  readonly #target: MultipartTarget;
  readonly #parts: UploadedPart[] = [];
  #upload: MultipartUpload | undefined;
  #travelling: Promise<void> = Promise.resolve();

  constructor(s3: StorageClient, target: MultipartTarget) {
    this.#s3 = s3;
    this.#target = target;
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
    this.#upload ??= await this.#s3.createMultipartUpload(this.#target);
    await this.#travelling;
    const partNumber = this.#parts.length + 1;
    const { signal } = this.#target;
    this.#travelling = this.#s3
      .uploadPart(this.#upload, { partNumber, body, signal })
      .then((part) => {
        this.#parts.push(part);
      });
    // Whoever waits next sees the failure; until then it must not count as unhandled.
    this.#travelling.catch(() => undefined);
  }

  /** Makes the object: the commit point of the upload. */
  async complete(verdict: Verdict): Promise<Written> {
    await this.#travelling;
    if (this.#upload === undefined) throw new Error("no part was sent");
    const { signal } = this.#target;
    return completeParts(this.#s3, this.#upload, { parts: this.#parts, verdict, signal });
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
