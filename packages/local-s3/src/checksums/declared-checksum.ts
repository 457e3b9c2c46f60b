import { S3Error } from "../errors.js";
import { type RequestHeaders } from "../http/request-headers.js";
import { CHECKSUM_BYTES, type ChecksumAlgorithm, parseAlgorithm } from "./checksum.js";

const PREFIX = "x-amz-checksum-";

/** The checksum a client says its body has; without `value` it follows in the trailer. */
export interface DeclaredChecksum {
  readonly algorithm: ChecksumAlgorithm;
  readonly value: string | undefined;
}

/**
 * Reads `x-amz-checksum-*`, `x-amz-trailer` and `x-amz-sdk-checksum-algorithm`.
 *
 * @throws {S3Error} InvalidRequest when they are malformed, several, or at odds with one another
 */
export function readDeclaredChecksum(headers: RequestHeaders): DeclaredChecksum | undefined {
  const declared: DeclaredChecksum[] = [];
  for (const [name, value] of headers.withPrefix(PREFIX)) {
    declared.push({ algorithm: checksumHeader(name), value: requireChecksum(name, value) });
  }
  const trailer = headers.get("x-amz-trailer");
  if (trailer !== undefined) {
    const name = trailer.trim().toLowerCase();
    if (!name.startsWith(PREFIX)) {
      throw new S3Error(
        "InvalidRequest",
        "The value specified in the x-amz-trailer header is not supported",
      );
    }
    declared.push({ algorithm: checksumHeader(name.slice(PREFIX.length)), value: undefined });
  }
  if (declared.length > 1) {
    throw new S3Error(
      "InvalidRequest",
      "Expecting a single x-amz-checksum- header. Multiple checksum Types are not allowed.",
    );
  }
  requireAnnounced(headers.get("x-amz-sdk-checksum-algorithm"), declared[0]);
  return declared[0];
}

/** @throws {S3Error} InvalidRequest unless `value` is base64 of the algorithm's length */
export function requireChecksum(name: string, value: string): string {
  const algorithm = checksumHeader(name);
  const bytes = Buffer.from(value, "base64");
  if (bytes.length !== CHECKSUM_BYTES[algorithm] || bytes.toString("base64") !== value) {
    throw new S3Error("InvalidRequest", `Value for ${PREFIX}${name} header is invalid.`);
  }
  return value;
}

export function checksumMismatch(algorithm: ChecksumAlgorithm): S3Error {
  return new S3Error(
    "BadDigest",
    `The ${algorithm} you specified did not match the calculated checksum.`,
  );
}

function checksumHeader(name: string): ChecksumAlgorithm {
  const algorithm = parseAlgorithm(name);
  if (algorithm === undefined) {
    throw new S3Error("InvalidRequest", `The algorithm type ${name} you specified is invalid.`);
  }
  return algorithm;
}

function requireAnnounced(announced: string | undefined, declared: DeclaredChecksum | undefined) {
  if (announced === undefined) return;
  if (declared === undefined) {
    throw new S3Error(
      "InvalidRequest",
      "x-amz-sdk-checksum-algorithm specified, but no corresponding x-amz-checksum-* or x-amz-trailer headers were found.",
    );
  }
  if (parseAlgorithm(announced) !== declared.algorithm) {
    throw new S3Error(
      "InvalidRequest",
      "Value for x-amz-sdk-checksum-algorithm header is invalid.",
    );
  }
}
