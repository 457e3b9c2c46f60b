import { createHash } from "node:crypto";
import { crc32 } from "node:zlib";

import { crc32c } from "./crc32c.js";
import { Crc64Nvme } from "./crc64nvme.js";

export const CHECKSUM_ALGORITHMS = ["CRC32", "CRC32C", "CRC64NVME", "SHA1", "SHA256"] as const;
export type ChecksumAlgorithm = (typeof CHECKSUM_ALGORITHMS)[number];

/** Whether a checksum covers the object's bytes or the checksums of the parts it was made from. */
export type ChecksumType = "FULL_OBJECT" | "COMPOSITE";

/** A checksum as S3 stores it with an object; `value` in base64, followed by `-N` when composite. */
export interface StoredChecksum {
  readonly algorithm: ChecksumAlgorithm;
  readonly type: ChecksumType;
  readonly value: string;
}

/** A checksum in the making. */
export interface Checksum {
  update(chunk: Uint8Array): void;
  digest(): Buffer;
}

export const CHECKSUM_BYTES: Readonly<Record<ChecksumAlgorithm, number>> = {
  CRC32: 4,
  CRC32C: 4,
  CRC64NVME: 8,
  SHA1: 20,
  SHA256: 32,
};

export function createChecksum(algorithm: ChecksumAlgorithm): Checksum {
  switch (algorithm) {
    case "CRC32":
      return crc(crc32);
    case "CRC32C":
      return crc(crc32c);
    case "CRC64NVME":
      return new Crc64Nvme();
    case "SHA1":
      return createHash("sha1");
    case "SHA256":
      return createHash("sha256");
  }
}

export function parseAlgorithm(text: string): ChecksumAlgorithm | undefined {
  return CHECKSUM_ALGORITHMS.find((algorithm) => algorithm === text.toUpperCase());
}

function crc(next: (chunk: Uint8Array, previous: number) => number): Checksum {
  let value = 0;
  return {
    update(chunk) {
      value = next(chunk, value);
    },
    digest() {
      const result = Buffer.alloc(4);
      result.writeUInt32BE(value);
      return result;
    },
  };
}
