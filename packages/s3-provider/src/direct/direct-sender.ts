import type { S3Client } from "@aws-sdk/client-s3";
import { diag } from "@opentelemetry/api";

import type { BuiltRequest } from "../built-request.js";
import { encodeKey } from "../object-key.js";
import { learnServerTime, serverTime } from "../server-time.js";
import { PAYLOAD_HEADER, type SignedPayload } from "../sign-payload.js";
import { requestTemplate, type RequestTemplate } from "./request-template.js";

/** A PUT of bytes. */
export interface DirectRequest {
  key: string;
  /** Besides those that every request of the SDK has; names in lower case. */
  headers: Record<string, string>;
  query?: Record<string, string>;
  payload: SignedPayload;
  body: Uint8Array;
}

/** An answer of the server, as the SDK's HTTP handler gives it. */
export interface ServerResponse {
  statusCode: number;
  headers: Record<string, string>;
  body: { resume(): unknown };
}

/** What came of an attempt: the ETag, or what the SDK has to make sense of. */
export type DirectOutcome = { etag: string } | { response: ServerResponse } | { error: unknown };

/** The SDK's name of one call over its attempts. */
export const INVOCATION_ID_HEADER = "amz-sdk-invocation-id";

type Signer = Awaited<ReturnType<S3Client["config"]["signer"]>>;
type SignableRequest = Parameters<Signer["sign"]>[0];

/** The SDK's HTTP handler, as far as it is used here. */
interface HttpHandler {
  handle(
    request: SignableRequest,
    options: { abortSignal: AbortSignal },
  ): Promise<{ response: ServerResponse }>;
}

interface Prepared {
  template: RequestTemplate;
  signer: Signer;
  maxAttempts: number;
}

/**
 * Sends PUTs of bytes by the SDK's signer and its HTTP handler, without the many steps that the SDK
 * prepares every command with; they make most of the cost of a small object. What does not succeed
 * at once is left to the SDK.
 */
export class DirectSender {
  readonly #client: S3Client;
  readonly #bucket: string;
  #prepared: Promise<Prepared | undefined> | undefined;

  constructor(client: S3Client, bucket: string) {
    this.#client = client;
    this.#bucket = bucket;
  }

  /** Undefined where no request can be made this way: nothing was sent. */
  async put(
    request: DirectRequest,
    { signal: abortSignal, invocationId }: { signal: AbortSignal; invocationId: string },
  ): Promise<DirectOutcome | undefined> {
    // The SDK then fails for the same reason, and names it.
    const signed = await this.#signed(request, invocationId).catch(() => undefined);
    if (signed === undefined || abortSignal.aborted) return undefined;
    try {
      const handler = this.#client.config.requestHandler as HttpHandler;
      const { response } = await handler.handle(signed, { abortSignal });
      const { etag, "content-length": length } = response.headers;
      if (response.statusCode !== 200 || etag === undefined || length !== "0") return { response };
      await learnServerTime(this.#client, response.headers);
      response.body.resume();
      return { etag };
    } catch (error) {
      return { error };
    }
  }

  async #signed(wanted: DirectRequest, invocationId: string): Promise<SignableRequest | undefined> {
    const { key, headers, query, payload, body } = wanted;
    this.#prepared ??= this.#prepare();
    const prepared = await this.#prepared;
    if (prepared === undefined) return undefined;
    const { template, signer, maxAttempts } = prepared;
    const request: BuiltRequest = {
      ...template.request,
      path: template.basePath + encodeKey(key),
      query: query ?? { ...template.request.query },
      headers: {
        ...template.request.headers,
        ...headers,
        [PAYLOAD_HEADER]: payload,
        "content-length": String(body.byteLength),
        [INVOCATION_ID_HEADER]: invocationId,
        "amz-sdk-request": `attempt=1; max=${maxAttempts}`,
      },
      body,
    };
    const { signingRegion, signingService } = template;
    const how = { signingDate: serverTime(this.#client), signingRegion, signingService };
    return signer.sign(request, how);
  }

  async #prepare(): Promise<Prepared | undefined> {
    const { config } = this.#client;
    try {
      const template = await requestTemplate(this.#client, this.#bucket);
      if (template === undefined) {
        // Once, as it stays so.
        diag.warn(
          "s3-provider leaves uploads of bytes to the SDK, at a higher cost: the client has checksums, or signs in another way than by SigV4",
        );
        return undefined;
      }
      return { template, signer: await config.signer(), maxAttempts: await config.maxAttempts() };
    } catch (error) {
      this.#prepared = undefined;
      throw error;
    }
  }
}
