import { type S3Client } from "@aws-sdk/client-s3";

import { toS3Error } from "../error-mapping.js";
import { S3InvalidRequestError, type S3Operation } from "../errors.js";
import { assertObjectKey, encodeKey } from "../object-key.js";
import type { S3Credentials } from "../options.js";
import { RequestRules } from "../request-rules.js";
import { serverTime } from "../server-time.js";
import { atEndpoint, type PresignTarget, resolvePresignTarget } from "./presign-target.js";
import { QuerySigner } from "./query-signer.js";

/** SigV4's longest life of a URL: 7 days, in seconds. */
const MAX_EXPIRES_IN = 604_800;

export interface PresignedUrl {
  url: string;
  /**
   * When the URL stops working: by `expiresIn`, or sooner with the temporary credentials that signed it.
   * It is a time on the server's clock, as the client knows it from the answers to its requests. Before
   * the first one, where clock skew correction is disabled, and where the clocks differ by less than 5
   * seconds, it is a time on the clock of this machine.
   */
  expiresAt: Date;
}

export interface PresignLife {
  /** Seconds, 1 to 604,800 (7 days). */
  expiresIn: number;
  /**
   * Signs as at the start of the present window of so many seconds since 1970, so that the same
   * request gives the same URL, byte for byte, while the window lasts and the credentials do. It
   * works for `expiresIn` at least and for one window more at most. Where both together are more
   * than 7 days, the window is what `expiresIn` leaves of them.
   */
  window?: number | undefined;
}

interface PresignerOptions {
  rules?: RequestRules;
  publicEndpoint?: string | undefined;
  postForms?: boolean | undefined;
}

/** What it takes to sign at a time. */
export interface SigningContext {
  target: PresignTarget;
  credentials: S3Credentials;
  signer: QuerySigner;
  /** The time that the signature counts from: a whole second. */
  at: Date;
  /** Seconds from `at`. */
  expiresIn: number;
  expiresAt: Date;
}

/**
 * Signs requests to one bucket without sending any. Endpoint and region are resolved once by the
 * SDK's own middleware; credentials as often as their provider wants.
 */
export class Presigner {
  readonly bucket: string;
  /** Undefined: by what is known of the host. */
  readonly postForms: boolean | undefined;
  readonly rules: RequestRules;
  readonly #client: S3Client;
  readonly #clock: S3Client;
  #target: Promise<PresignTarget> | undefined;
  #signer: QuerySigner | undefined;

  /** @param client supplies settings and what it knows of the server's clock; no request is sent */
  constructor(
    client: S3Client,
    bucket: string,
    { rules = new RequestRules(), publicEndpoint, postForms }: PresignerOptions = {},
  ) {
    this.#client = publicEndpoint === undefined ? client : atEndpoint(client, publicEndpoint);
    this.#clock = client;
    this.bucket = bucket;
    this.postForms = postForms;
    this.rules = rules;
  }

  /** @throws S3InvalidRequestError, S3AccessDeniedError if credentials cannot be obtained */
  async sign<Result>(
    call: { operation: S3Operation; key: string; life: PresignLife; now?: Date | undefined },
    use: (context: SigningContext, encodedKey: string) => Result,
  ): Promise<Result> {
    const { operation, key, life, now = serverTime(this.#clock) } = call;
    assertObjectKey(key, operation);
    checkLife(operation, key, life);
    try {
      this.#target ??= this.#resolve();
      const target = await this.#target;
      const credentials = await this.#client.config.credentials();
      const { at, expiresIn } = timesOf(life, now);
      const end = credentials.expiration?.getTime() ?? Infinity;
      const context: SigningContext = {
        target,
        credentials,
        signer: this.#signerOf(credentials, target),
        at,
        expiresIn,
        expiresAt: new Date(Math.min(at.getTime() + expiresIn * 1_000, end)),
      };
      return use(context, encodeKey(key));
    } catch (error) {
      throw toS3Error(error, { operation, key, outcome: "not_applied", sent: false });
    }
  }

  #resolve(): Promise<PresignTarget> {
    return resolvePresignTarget(this.#client, this.bucket, this.rules).catch((error: unknown) => {
      this.#target = undefined;
      throw error;
    });
  }

  /** Credentials change seldom: the signer of the last ones is kept. */
  #signerOf(credentials: S3Credentials, { scope }: PresignTarget): QuerySigner {
    if (this.#signer?.signsWith(credentials) !== true) {
      this.#signer = new QuerySigner(credentials, scope);
    }
    return this.#signer;
  }
}

function timesOf({ expiresIn, window }: PresignLife, now: Date): { at: Date; expiresIn: number } {
  const extra = Math.min(window ?? 0, MAX_EXPIRES_IN - expiresIn);
  const unit = Math.max(extra, 1) * 1_000;
  return {
    at: new Date(Math.floor(now.getTime() / unit) * unit),
    expiresIn: expiresIn + extra,
  };
}

function checkLife(operation: S3Operation, key: string, { expiresIn, window }: PresignLife): void {
  const wrong = !isLife(expiresIn) ? "expiresIn" : !isLife(window ?? 1) ? "window" : undefined;
  if (wrong === undefined) return;
  throw new S3InvalidRequestError({
    operation,
    key,
    outcome: "not_applied",
    reason: `${wrong} must be a whole number of seconds from 1 to ${MAX_EXPIRES_IN}`,
  });
}

function isLife(seconds: number): boolean {
  return Number.isInteger(seconds) && seconds >= 1 && seconds <= MAX_EXPIRES_IN;
}
