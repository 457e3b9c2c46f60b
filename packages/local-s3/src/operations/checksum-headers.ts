import {
  type ChecksumAlgorithm,
  parseAlgorithm,
  type StoredChecksum,
} from "../checksums/checksum.js";
import { S3Error } from "../errors.js";
import { type RequestHeaders } from "../http/request-headers.js";
import { type XmlElements } from "../http/xml-writer.js";

/** A checksum as response headers. */
export function checksumHeaders(checksum: StoredChecksum | undefined): Record<string, string> {
  if (checksum === undefined) return {};
  return {
    [`x-amz-checksum-${checksum.algorithm.toLowerCase()}`]: checksum.value,
    "x-amz-checksum-type": checksum.type,
  };
}

/** A checksum as elements of a response document. */
export function checksumElements(checksum: StoredChecksum | undefined): XmlElements {
  return checksum === undefined
    ? {}
    : { [`Checksum${checksum.algorithm}`]: checksum.value, ChecksumType: checksum.type };
}

/** @throws {S3Error} InvalidRequest for an algorithm that does not exist */
export function requestedAlgorithm(headers: RequestHeaders): ChecksumAlgorithm | undefined {
  const name = headers.get("x-amz-checksum-algorithm");
  if (name === undefined) return undefined;
  const algorithm = parseAlgorithm(name);
  if (algorithm !== undefined) return algorithm;
  throw new S3Error(
    "InvalidRequest",
    "Checksum algorithm provided is unsupported. Please try again with any of the valid types: [CRC32, CRC32C, CRC64NVME, SHA1, SHA256]",
  );
}
