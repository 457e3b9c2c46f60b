import type { Agent } from "node:http";

import { type S3Client, type S3ClientConfig } from "@aws-sdk/client-s3";

import type { S3RequestOptions } from "./request-rules.js";

/** Credentials as S3 takes them; `expiration` bounds what is signed with temporary ones. */
export interface S3Credentials {
  accessKeyId: string;
  secretAccessKey: string;
  sessionToken?: string;
  expiration?: Date;
}

/**
 * Obtains credentials, as the providers of `@aws-sdk/credential-providers` do. Called with what the SDK
 * says of its client, of which some providers take the region.
 */
export type S3CredentialsProvider = (
  ...properties: Parameters<Extract<S3ClientConfig["credentials"], (...args: never[]) => unknown>>
) => Promise<S3Credentials>;

type ReplacedSettings =
  | "region"
  | "credentials"
  | "endpoint"
  | "maxAttempts"
  | "requestHandler"
  | "cacheMiddleware";

/**
 * How to reach S3: any setting of the SDK's `S3ClientConfig`, of which region and credentials are
 * required, plus the connection limits below. Neither the environment nor the AWS configuration
 * files are consulted.
 */
export interface S3ConnectionOptions extends Omit<S3ClientConfig, ReplacedSettings> {
  region: string;
  /**
   * Credentials, or a function that obtains them. It is called again 5 minutes before they expire, after
   * an hour if they have no `expiration`, and after an answer that denies access. An object may be given
   * new keys in place.
   */
  credentials: S3Credentials | S3CredentialsProvider;
  /** Base URL of an S3-compatible server. Default: AWS, by region. */
  endpoint?: string;
  /** Milliseconds until TCP and TLS must be established. Waiting for a free socket does not count. Default 3,000. */
  connectTimeoutMs?: number;
  /**
   * Milliseconds without a byte in either direction after which an attempt ends, be it that the
   * server hangs, that the source of an upload stalls or that a download is not read. The clock of
   * a value of 6,000 or more starts up to 3 seconds late. Default 15,000.
   */
  requestTimeoutMs?: number;
  /** Attempts per call, the first included; 1 for stream bodies, which cannot be replayed. Default 3. */
  maxAttempts?: number;
  /** Connections at once; further requests wait for a free one. Default 64. */
  maxSockets?: number;
  /**
   * Agents to connect with instead of the package's own: through a proxy, with certificate authorities
   * or client certificates of yours. `http` and `https` are by the scheme of the endpoint.
   * `connectTimeoutMs` and `maxSockets` do not apply to them, and `destroy()` leaves them open.
   */
  agents?: { http?: Agent; https?: Agent };
}

export interface S3ProviderOptions {
  /**
   * The name of a bucket, or the alias or ARN of an access point of one region. Directory buckets,
   * multi-region access points and those of Object Lambda and Outposts are refused.
   */
  bucket: string;
  /**
   * How to connect, or a ready `S3Client`. A ready client keeps its own settings and remains its
   * owner's: `destroy()` leaves it alone. Give it `requestChecksumCalculation: "WHEN_REQUIRED"`,
   * a `socketTimeout`, and a logger (without one the SDK prints a warning when a streamed PUT fails).
   */
  client: S3Client | S3ConnectionOptions;
  /** Base URL that readers reach the server under, if it is another than `endpoint`. Presigned URLs are signed for it. */
  publicEndpoint?: string;
  /**
   * Whether the server takes uploads by HTML forms (PostObject). Default: true, but for Cloudflare R2
   * and Backblaze B2, which are known by their host names not to. With `contentMd5` none are offered.
   */
  postForms?: boolean;
  /** What the bucket's policy or its Object Lock demands of each request: encryption, owner, MD5 … */
  requests?: S3RequestOptions;
}

export const CONNECTION_DEFAULTS = {
  connectTimeoutMs: 3_000,
  requestTimeoutMs: 15_000,
  maxAttempts: 3,
  maxSockets: 64,
} as const;
