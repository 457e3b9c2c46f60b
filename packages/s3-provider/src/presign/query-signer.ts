import { createHmac, hash } from "node:crypto";

import { encodeRfc3986 } from "../object-key.js";
import type { S3Credentials } from "../options.js";
import type { CanonicalHeaders } from "./canonical-headers.js";

/** What is signed. */
export interface SignableRequest {
  method: "GET" | "PUT";
  /** Percent-encoded. */
  path: string;
  /** Percent-encoded parameters in order; their names begin in lower case. */
  query: string;
  headers: CanonicalHeaders;
}

export interface SigningScope {
  region: string;
  service: string;
}

/** What depends on the time of a signature, a whole second. */
interface Moment {
  time: number;
  /** Such as 20240229T235958Z. */
  date: string;
  /** Who signs, and where and on which day the signature is good. */
  credential: string;
  /** The parameters up to the date. */
  parameters: string;
  /** What is signed, up to the digest of the request. */
  preamble: string;
  key: Buffer;
}

/**
 * AWS Signature Version 4 in a URL's query, for one pair of credentials. It signs as the SDK does,
 * byte for byte, and keeps what follows from the second and from the day.
 *
 * @see https://docs.aws.amazon.com/AmazonS3/latest/API/sigv4-query-string-auth.html
 */
export class QuerySigner {
  readonly #credentials: S3Credentials;
  readonly #scope: SigningScope;
  readonly #token: string;
  #moment: Moment | undefined;
  #key: { day: string; bytes: Buffer } | undefined;

  constructor(credentials: S3Credentials, scope: SigningScope) {
    const { sessionToken } = credentials;
    // A copy: the caller may put new keys into the object.
    this.#credentials = { ...credentials };
    this.#scope = scope;
    this.#token = sessionToken ? `&X-Amz-Security-Token=${encodeRfc3986(sessionToken)}` : "";
  }

  signsWith({ accessKeyId, secretAccessKey, sessionToken }: S3Credentials): boolean {
    const own = this.#credentials;
    return (
      accessKeyId === own.accessKeyId &&
      secretAccessKey === own.secretAccessKey &&
      sessionToken === own.sessionToken
    );
  }

  /** The query of the signed URL. */
  sign({ method, path, query, headers }: SignableRequest, expiresIn: number, at: Date): string {
    const { parameters, preamble, key } = this.at(at);
    const first = `${parameters}&X-Amz-Expires=${expiresIn}${this.#token}`;
    const last = `X-Amz-SignedHeaders=${headers.encodedNames}${query === "" ? "" : "&"}${query}`;
    const request = `${method}\n${path}\n${first}&${last}\n${headers.lines}\n${headers.names}\nUNSIGNED-PAYLOAD`;
    const signature = signedInHex(key, preamble + hash("sha256", request, "hex"));
    return `${first}&X-Amz-Signature=${signature}&${last}`;
  }

  /** The signature of any text, as forms need it, in hexadecimal digits. */
  signText(text: string, at: Date): string {
    return signedInHex(this.at(at).key, text);
  }

  at(at: Date): Moment {
    const time = at.getTime();
    if (this.#moment?.time === time) return this.#moment;
    const date = `${at.toISOString().slice(0, 19).replaceAll(/[-:]/g, "")}Z`;
    const day = date.slice(0, 8);
    const { region, service } = this.#scope;
    const scope = `${day}/${region}/${service}/aws4_request`;
    const credential = `${this.#credentials.accessKeyId}/${scope}`;
    this.#moment = {
      time,
      date,
      credential,
      parameters: `X-Amz-Algorithm=AWS4-HMAC-SHA256&X-Amz-Content-Sha256=UNSIGNED-PAYLOAD&X-Amz-Credential=${encodeRfc3986(credential)}&X-Amz-Date=${date}`,
      preamble: `AWS4-HMAC-SHA256\n${date}\n${scope}\n`,
      key: this.#keyOf(day),
    };
    return this.#moment;
  }

  #keyOf(day: string): Buffer {
    if (this.#key?.day !== day) {
      const { region, service } = this.#scope;
      const secret = Buffer.from(`AWS4${this.#credentials.secretAccessKey}`);
      const bytes = [day, region, service, "aws4_request"].reduce<Buffer>(signed, secret);
      this.#key = { day, bytes };
    }
    return this.#key.bytes;
  }
}

function signed(key: Buffer, text: string): Buffer {
  return createHmac("sha256", key).update(text).digest();
}

function signedInHex(key: Buffer, text: string): string {
  return createHmac("sha256", key).update(text).digest("hex");
}
