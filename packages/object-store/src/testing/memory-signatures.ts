import { createHmac, randomBytes } from "node:crypto";
import type { IncomingHttpHeaders } from "node:http";
import { isDeepStrictEqual } from "node:util";

import type { PresignPostOptions } from "@repo/s3-provider";

/** A request that the endpoint of a memory storage refuses, as S3 would. */
export class RefusedRequest extends Error {
  /**
   * @param code the one of S3
   * @see https://docs.aws.amazon.com/AmazonS3/latest/API/ErrorResponses.html
   */
  constructor(
    readonly statusCode: number,
    readonly code: string,
    message: string,
  ) {
    super(message);
  }
}

/** What a form has to hold beside its file. */
interface Policy {
  expiration: string;
  fields: Record<string, string>;
  byteLength: PresignPostOptions["byteLength"];
}

/** Signs requests to one memory storage, and checks them when they arrive. */
export class MemorySignatures {
  readonly #secret = randomBytes(32);

  /** Signs a request to a URL, which gets the signature. */
  signUrl(url: URL, method: string, headers: Record<string, string>, expiresAt: Date): void {
    url.searchParams.set("expires", expiresAt.toISOString());
    url.searchParams.set("signed-headers", Object.keys(headers).join(";"));
    url.searchParams.set("signature", this.#ofUrl(url, method, headers));
  }

  /** @throws RefusedRequest unless the request is as it was signed, and in time */
  checkUrl(url: URL, method: string, headers: IncomingHttpHeaders): void {
    const unsigned = new URL(url);
    unsigned.searchParams.delete("signature");
    requireSignature(
      url.searchParams.get("signature"),
      this.#ofUrl(unsigned, method, headers),
      "The method, the URL or a header is not as it was signed.",
    );
    requireTime(url.searchParams.get("expires"));
  }

  /** The fields of a signed form, in order. */
  signForm(
    fields: Record<string, string>,
    byteLength: Policy["byteLength"],
    expiresAt: Date,
  ): Record<string, string> {
    const terms: Policy = { expiration: expiresAt.toISOString(), fields, byteLength };
    const policy = Buffer.from(JSON.stringify(terms)).toString("base64");
    return { ...fields, policy, "x-amz-signature": this.#of(policy) };
  }

  /** @throws RefusedRequest unless the form is as it was signed, and in time */
  checkForm(form: Readonly<Record<string, unknown>>, byteLength: number): void {
    const { policy, "x-amz-signature": signature, ...fields } = form;
    requireSignature(signature, this.#of(policy), "The policy is not as it was signed.");
    const json = Buffer.from(policy as string, "base64").toString();
    const terms = JSON.parse(json) as Policy;
    requireTime(terms.expiration);
    if (!isDeepStrictEqual(fields, terms.fields)) {
      throw new RefusedRequest(403, "AccessDenied", "The fields are not those of the policy.");
    }
    const { min, max } = terms.byteLength;
    if (byteLength < min) {
      throw new RefusedRequest(400, "EntityTooSmall", `The file has less than ${min} bytes.`);
    }
    if (byteLength > max) {
      throw new RefusedRequest(400, "EntityTooLarge", `The file has more than ${max} bytes.`);
    }
  }

  #ofUrl({ pathname, searchParams }: URL, method: string, headers: IncomingHttpHeaders): string {
    const names = searchParams.get("signed-headers")?.split(";") ?? [];
    const values = names.map((name) => headers[name]);
    return this.#of([method, pathname, searchParams.toString(), values]);
  }

  #of(terms: unknown): string {
    return createHmac("sha256", this.#secret)
      .update(JSON.stringify([terms]))
      .digest("hex");
  }
}

function requireSignature(given: unknown, expected: string, message: string): void {
  if (given !== expected) throw new RefusedRequest(403, "SignatureDoesNotMatch", message);
}

function requireTime(expiration: string | null): void {
  if (Date.parse(expiration ?? "") > Date.now()) return;
  throw new RefusedRequest(403, "AccessDenied", "Request has expired");
}
