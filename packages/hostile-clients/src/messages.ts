import type { S3ConnectionOptions } from "@repo/s3-provider";

import type { Parser } from "./settings.js";

/** What the process of the servers works with. */
export interface Job {
  readonly databaseUrl: string;
  readonly bucket: string;
  readonly s3: S3ConnectionOptions;
  readonly userId: string;
  /** Where multer puts its temporary files. */
  readonly folder: string;
}

/** The state of the process of the servers, after a collection of garbage. */
export interface Measurement {
  /** Bytes. */
  readonly heapUsed: number;
  readonly external: number;
  readonly arrayBuffers: number;
  readonly rss: number;
  /** Open file descriptors. */
  readonly descriptors: number;
  /** Uncaught exceptions and unhandled rejections since the start. */
  readonly faults: readonly string[];
}

export type ToServer = { readonly type: "start"; readonly job: Job } | { readonly type: "measure" };

export type FromServer =
  | { readonly type: "listening"; readonly ports: Readonly<Record<Parser, number>> }
  | { readonly type: "measured"; readonly measurement: Measurement };
