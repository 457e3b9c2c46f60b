import { type S3Client, type S3ClientConfig } from "@aws-sdk/client-s3";

/** Credentials as S3 takes them; `expiration` bounds what is signed with temporary ones. */
export interface S3Credentials {
  accessKeyId: string;
  secretAccessKey: string;
  sessionToken?: string;
  expiration?: Date;
}

type ReplacedSettings =
  "region" | "credentials" | "endpoint" | "maxAttempts" | "requestHandler" | "cacheMiddleware";

/**
 * How to reach S3: any setting of the SDK's `S3ClientConfig`, of which region and credentials are
 * required, plus the connection limits below. Neither the environment nor the AWS configuration
 * files are consulted.
 */
export interface S3ConnectionOptions extends Omit<S3ClientConfig, ReplacedSettings> {
  region: string;
  /** Fixed credentials, or a function that obtains them; it is called again shortly before they expire. */
  credentials: S3Credentials | (() => Promise<S3Credentials>);
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
}

export interface S3ProviderOptions {
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
   * and Backblaze B2, which are known by their host names not to.
   */
  postForms?: boolean;
}

export const CONNECTION_DEFAULTS = {
  connectTimeoutMs: 3_000,
  requestTimeoutMs: 15_000,
  maxAttempts: 3,
  maxSockets: 64,
} as const;
