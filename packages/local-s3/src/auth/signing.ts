import { createHash, createHmac, timingSafeEqual } from "node:crypto";

export const ALGORITHM = "AWS4-HMAC-SHA256";
export const SHA256_OF_NOTHING = "e3b0c44298fc1c149afbf4c8996fb92427ae41e4649b934ca495991b7852b855";

/** What a signature is bound to besides the request: `<date>/<region>/<service>/aws4_request`. */
export interface CredentialScope {
  /** YYYYMMDD */
  readonly date: string;
  readonly region: string;
  readonly service: string;
}

export function scopeText(scope: CredentialScope): string {
  return `${scope.date}/${scope.region}/${scope.service}/aws4_request`;
}

/** https://docs.aws.amazon.com/IAM/latest/UserGuide/reference_sigv-create-signed-request.html */
export function signingKey(secretAccessKey: string, scope: CredentialScope): Buffer {
  return [scope.date, scope.region, scope.service, "aws4_request"].reduce<Buffer>(
    (key, part) => createHmac("sha256", key).update(part).digest(),
    Buffer.from(`AWS4${secretAccessKey}`),
  );
}

/** The string to sign of a request whose canonical form is given one character per byte. */
export function stringToSign(
  timestamp: string,
  scope: CredentialScope,
  canonicalRequest: string,
): string {
  const hash = createHash("sha256").update(canonicalRequest, "latin1").digest("hex");
  return [ALGORITHM, timestamp, scopeText(scope), hash].join("\n");
}

export function sign(key: Buffer, text: string): string {
  return createHmac("sha256", key).update(text).digest("hex");
}

/** Compares without telling by its duration where two strings differ. */
export function equalInConstantTime(left: string, right: string): boolean {
  const digests = [left, right].map((text) => createHash("sha256").update(text).digest());
  return timingSafeEqual(digests[0] as Buffer, digests[1] as Buffer);
}
