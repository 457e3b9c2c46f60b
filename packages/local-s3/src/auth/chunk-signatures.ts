import { createHash } from "node:crypto";

import { S3Error } from "../errors.js";
import { type Authentication } from "./authentication.js";
import { equalInConstantTime, scopeText, sign, SHA256_OF_NOTHING } from "./signing.js";

/**
 * The chain of signatures of a signed aws-chunked body: each one covers the one before, the first
 * covers the request's.
 * https://docs.aws.amazon.com/AmazonS3/latest/API/sigv4-streaming.html
 */
export class ChunkSignatures {
  #previous: string;

  constructor(private readonly authentication: Authentication) {
    this.#previous = authentication.signature;
  }

  /** @throws {S3Error} SignatureDoesNotMatch */
  verifyChunk(chunkHash: string, signature: string): void {
    this.#verify("AWS4-HMAC-SHA256-PAYLOAD", [SHA256_OF_NOTHING, chunkHash], signature);
  }

  /**
   * @param trailer lines of `name:value`, each ended by a line feed
   * @throws {S3Error} SignatureDoesNotMatch
   */
  verifyTrailer(trailer: string, signature: string): void {
    const hash = createHash("sha256").update(trailer, "latin1").digest("hex");
    this.#verify("AWS4-HMAC-SHA256-TRAILER", [hash], signature);
  }

  #verify(kind: string, hashes: readonly string[], signature: string): void {
    const { timestamp, scope, signingKey } = this.authentication;
    const text = [kind, timestamp, scopeText(scope), this.#previous, ...hashes].join("\n");
    if (!equalInConstantTime(sign(signingKey, text), signature)) {
      throw new S3Error("SignatureDoesNotMatch", undefined, {
        StringToSign: text,
        SignatureProvided: signature,
      });
    }
    this.#previous = signature;
  }
}
