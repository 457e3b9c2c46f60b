import type { S3ProviderOptions } from "@repo/s3-provider";

/** What a listener works with. */
export interface ListenerJob {
  readonly databaseUrl: string;
  readonly s3: S3ProviderOptions;
}
