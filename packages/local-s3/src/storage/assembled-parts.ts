import { createHash } from "node:crypto";
import { join } from "node:path";

import {
  type Checksum,
  type ChecksumAlgorithm,
  type ChecksumType,
  createChecksum,
  type StoredChecksum,
} from "../checksums/checksum.js";
import { checksumMismatch } from "../checksums/declared-checksum.js";
import { S3Error } from "../errors.js";
import { openBlob } from "./blob-file.js";
import { type ByteSource } from "./byte-source.js";
import { readSlice } from "./file-slice.js";
import { partFileName, type PartMetadata, type PartSummary } from "./part.js";

const MIN_PART_BYTES = 5 * 1024 * 1024;

/** A part as CompleteMultipartUpload names it. */
export interface CompletedPart {
  readonly partNumber: number;
  /** Without quotes. */
  readonly etag: string;
  /** Base64; undefined when the client named none. */
  readonly checksum?: string | undefined;
}

/** The parts of an upload, one after the other. */
export class AssembledParts implements ByteSource {
  readonly #parts: readonly PartSummary[];
  readonly #fullChecksum: Checksum | undefined;
  #computed: StoredChecksum | undefined;

  /**
   * @param named the parts that the client named, and `stored` what is there under their numbers
   * @throws {S3Error} InvalidPart or EntityTooSmall
   */
  constructor(
    private readonly dir: string,
    named: readonly CompletedPart[],
    stored: readonly (PartSummary | undefined)[],
    private readonly checksum: { algorithm: ChecksumAlgorithm; type: ChecksumType } | undefined,
    private readonly expectedChecksum: string | undefined,
  ) {
    this.#parts = named.map((part, index) => {
      const found = stored[index];
      const sameChecksum = part.checksum === undefined || part.checksum === found?.checksum?.value;
      if (found?.etag !== part.etag || !sameChecksum) {
        throw new S3Error("InvalidPart", undefined, {
          PartNumber: String(part.partNumber),
          ETag: part.etag,
        });
      }
      return found;
    });
    const small = this.#parts.slice(0, -1).find(({ size }) => size < MIN_PART_BYTES);
    if (small !== undefined) {
      throw new S3Error("EntityTooSmall", undefined, {
        ProposedSize: String(small.size),
        MinSizeAllowed: String(MIN_PART_BYTES),
        PartNumber: String(small.partNumber),
        ETag: small.etag,
      });
    }
    this.#fullChecksum =
      checksum?.type === "FULL_OBJECT" ? createChecksum(checksum.algorithm) : undefined;
  }

  async *[Symbol.asyncIterator](): AsyncGenerator<Buffer, void, undefined> {
    for (const part of this.#parts) {
      const blob = await openBlob(join(this.dir, partFileName(part.partNumber)));
      try {
        // Gone or uploaded anew since the check.
        if (blob === undefined || (blob.metadata as PartMetadata).etag !== part.etag) {
          throw new S3Error("InvalidPart", undefined, { PartNumber: String(part.partNumber) });
        }
        for await (const chunk of readSlice(blob.handle, 0, blob.size)) {
          this.#fullChecksum?.update(chunk);
          yield chunk;
        }
      } finally {
        await blob?.handle.close();
      }
    }
    const computed = this.#storedChecksum();
    if (this.expectedChecksum !== undefined && computed !== undefined) {
      if (this.expectedChecksum !== computed.value) throw checksumMismatch(computed.algorithm);
    }
  }

  digests(): { etag: string; checksum: StoredChecksum | undefined } {
    const md5 = createHash("md5");
    for (const { etag } of this.#parts) md5.update(Buffer.from(etag, "hex"));
    return {
      etag: `${md5.digest("hex")}-${this.#parts.length}`,
      checksum: this.#storedChecksum(),
    };
  }

  #storedChecksum(): StoredChecksum | undefined {
    if (this.checksum === undefined) return undefined;
    this.#computed ??= { ...this.checksum, value: this.#checksumValue(this.checksum.algorithm) };
    return this.#computed;
  }

  #checksumValue(algorithm: ChecksumAlgorithm): string {
    if (this.#fullChecksum !== undefined) return this.#fullChecksum.digest().toString("base64");
    const composite = createChecksum(algorithm);
    for (const { checksum } of this.#parts) {
      composite.update(Buffer.from(checksum?.value ?? "", "base64"));
    }
    return `${composite.digest().toString("base64")}-${this.#parts.length}`;
  }
}
