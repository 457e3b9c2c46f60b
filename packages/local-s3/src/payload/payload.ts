import { createHash } from "node:crypto";

import { type Authentication } from "../auth/authentication.js";
import { ChunkSignatures } from "../auth/chunk-signatures.js";
import {
  isSha256,
  STREAMING_SIGNED,
  STREAMING_SIGNED_TRAILER,
  STREAMING_UNSIGNED_TRAILER,
} from "../auth/payload-hash.js";
import { createChecksum, type StoredChecksum } from "../checksums/checksum.js";
import {
  checksumMismatch,
  type DeclaredChecksum,
  readDeclaredChecksum,
  requireChecksum,
} from "../checksums/declared-checksum.js";
import { S3Error } from "../errors.js";
import { type RequestHeaders } from "../http/request-headers.js";
import { type ByteSource } from "../storage/byte-source.js";
import { decodeAwsChunked } from "./aws-chunked.js";

/**
 * The body of a request, decoded and verified while it is read: the iteration ends normally only
 * when length, signatures, digest and checksums all hold. It can be read once.
 */
export class Payload implements ByteSource {
  /** Bytes after decoding; 0 when there is no body. */
  readonly length: number;
  /** Whether the request says how long its body is. */
  readonly lengthGiven: boolean;
  readonly declaredChecksum: DeclaredChecksum | undefined;
  readonly hasContentMd5: boolean;
  readonly #md5 = createHash("md5");
  readonly #expectedMd5: Buffer | undefined;
  readonly #payloadHash: string;
  #digests: { etag: string; checksum: StoredChecksum | undefined } | undefined;
  #trailer: ReadonlyMap<string, string> | undefined;

  /** @throws {S3Error} MissingContentLength, InvalidDigest, InvalidRequest or InvalidArgument */
  constructor(
    private readonly body: AsyncIterable<Buffer>,
    headers: RequestHeaders,
    private readonly authentication: Authentication,
    /** Whether `x-amz-checksum-*` is about this body, and not about the object it leads to. */
    bodyChecksum: boolean,
  ) {
    this.#payloadHash = authentication.payloadHash;
    this.length = readLength(headers, this.#framed);
    this.lengthGiven = headers.has("content-length") || this.#framed;
    this.#expectedMd5 = readContentMd5(headers);
    this.hasContentMd5 = this.#expectedMd5 !== undefined;
    this.declaredChecksum = bodyChecksum ? readDeclaredChecksum(headers) : undefined;
    if (this.declaredChecksum !== undefined && this.declaredChecksum.value === undefined) {
      if (!this.#trailed) {
        throw new S3Error(
          "InvalidRequest",
          "x-amz-trailer is only allowed with a trailing checksum",
        );
      }
    }
  }

  async *[Symbol.asyncIterator](): AsyncGenerator<Buffer, void, undefined> {
    const sha256 = isSha256(this.#payloadHash) ? createHash("sha256") : undefined;
    const declared = this.declaredChecksum;
    const checksum = declared && createChecksum(declared.algorithm);
    let received = 0;
    for await (const chunk of this.#framed ? this.#decoded() : this.body) {
      received += chunk.length;
      if (received > this.length) throw new S3Error("IncompleteBody");
      sha256?.update(chunk);
      checksum?.update(chunk);
      this.#md5.update(chunk);
      yield chunk;
    }
    if (received !== this.length) throw new S3Error("IncompleteBody");
    const computed = sha256?.digest("hex");
    if (computed !== undefined && computed !== this.#payloadHash) {
      throw new S3Error("XAmzContentSHA256Mismatch", undefined, {
        ClientComputedContentSHA256: this.#payloadHash,
        S3ComputedContentSHA256: computed,
      });
    }
    this.#finish(checksum?.digest().toString("base64"));
  }

  /** Verifies a body that the operation has no use for. */
  async discard(): Promise<void> {
    const chunks = this[Symbol.asyncIterator]();
    while ((await chunks.next()).done !== true);
  }

  /** The digests of what was read; callable once the iteration has ended. */
  digests(): { etag: string; checksum: StoredChecksum | undefined } {
    if (this.#digests === undefined) throw new Error("The payload was not read to its end");
    return this.#digests;
  }

  get #framed(): boolean {
    return this.#payloadHash === STREAMING_SIGNED || this.#trailed;
  }

  get #trailed(): boolean {
    return [STREAMING_SIGNED_TRAILER, STREAMING_UNSIGNED_TRAILER].includes(this.#payloadHash);
  }

  #decoded(): AsyncIterable<Buffer> {
    return decodeAwsChunked(this.body, {
      decodedLength: this.length,
      signatures:
        this.#payloadHash === STREAMING_UNSIGNED_TRAILER
          ? undefined
          : new ChunkSignatures(this.authentication),
      onTrailer: this.#trailed ? (trailer) => (this.#trailer = trailer) : undefined,
    });
  }

  #finish(computed: string | undefined): void {
    const md5 = this.#md5.digest();
    if (this.#expectedMd5 !== undefined && !md5.equals(this.#expectedMd5)) {
      throw new S3Error("BadDigest");
    }
    let checksum: StoredChecksum | undefined;
    if (this.declaredChecksum !== undefined && computed !== undefined) {
      const { algorithm } = this.declaredChecksum;
      if ((this.declaredChecksum.value ?? this.#trailingChecksum()) !== computed) {
        throw checksumMismatch(algorithm);
      }
      checksum = { algorithm, type: "FULL_OBJECT", value: computed };
    } else if ((this.#trailer?.size ?? 0) > 0) {
      throw new S3Error("MalformedTrailerError");
    }
    this.#digests = { etag: md5.toString("hex"), checksum };
  }

  #trailingChecksum(): string {
    const name = this.declaredChecksum?.algorithm.toLowerCase() ?? "";
    const value = this.#trailer?.get(`x-amz-checksum-${name}`);
    if (value === undefined || this.#trailer?.size !== 1)
      throw new S3Error("MalformedTrailerError");
    return requireChecksum(name, value);
  }
}

function readLength(headers: RequestHeaders, framed: boolean): number {
  const text = headers.get(framed ? "x-amz-decoded-content-length" : "content-length");
  if (text === undefined) {
    if (framed || headers.has("transfer-encoding")) throw new S3Error("MissingContentLength");
    return 0;
  }
  if (!/^\d{1,15}$/.test(text)) {
    throw new S3Error("InvalidArgument", `The length "${text}" of the body is not valid.`);
  }
  return Number(text);
}

function readContentMd5(headers: RequestHeaders): Buffer | undefined {
  const text = headers.get("content-md5");
  if (text === undefined) return undefined;
  const digest = Buffer.from(text, "base64");
  if (digest.length !== 16 || digest.toString("base64") !== text)
    throw new S3Error("InvalidDigest");
  return digest;
}
