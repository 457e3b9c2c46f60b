import { createHash } from "node:crypto";

import {
  type ChecksumAlgorithm,
  createChecksum,
  type StoredChecksum,
} from "../checksums/checksum.js";
import { type ByteSource } from "./byte-source.js";

/** Bytes from anywhere, with the MD5 and the checksum that the store keeps of them. */
export class DigestedBytes implements ByteSource {
  #digests: { etag: string; checksum: StoredChecksum | undefined } | undefined;

  constructor(
    private readonly source: AsyncIterable<Buffer>,
    private readonly algorithm: ChecksumAlgorithm | undefined,
  ) {}

  async *[Symbol.asyncIterator](): AsyncGenerator<Buffer, void, undefined> {
    const md5 = createHash("md5");
    const checksum = this.algorithm && createChecksum(this.algorithm);
    for await (const chunk of this.source) {
      md5.update(chunk);
      checksum?.update(chunk);
      yield chunk;
    }
    this.#digests = {
      etag: md5.digest("hex"),
      checksum:
        this.algorithm && checksum
          ? {
              algorithm: this.algorithm,
              type: "FULL_OBJECT",
              value: checksum.digest().toString("base64"),
            }
          : undefined,
    };
  }

  digests(): { etag: string; checksum: StoredChecksum | undefined } {
    if (this.#digests === undefined) throw new Error("The bytes were not read to their end");
    return this.#digests;
  }
}
