import { S3NotFoundError } from "@repo/s3-provider";

import type { ByteSource } from "./byte-source.js";
import type { StorageClient } from "./storage-client.js";

/** Bytes that one request asks for: a slow inspection never holds a connection for long. */
const RANGE_BYTES = 8 * 1024 * 1024;

/** The bytes of a staged object, all of them of one version. */
export interface StagedSource extends ByteSource {
  readonly byteLength: number;
  readonly etag: string;
}

/**
 * Opens a staged object, or gives undefined when there is none. Its bytes are read in ranges, and
 * fail with an S3Error (`s3_precondition_failed`) once somebody has replaced them.
 */
export async function openStagedSource(
  s3: StorageClient,
  key: string,
  signal: AbortSignal,
): Promise<StagedSource | undefined> {
  const object = await s3.head(key, { signal }).catch((error: unknown) => {
    if (error instanceof S3NotFoundError) return undefined;
    throw error;
  });
  if (object === undefined) return undefined;
  const { byteLength, etag } = object;
  return {
    byteLength,
    etag,
    filename: undefined,
    async *chunks() {
      for (let start = 0; start < byteLength; start += RANGE_BYTES) {
        const range = { start, end: Math.min(start + RANGE_BYTES, byteLength) - 1 };
        const { body } = await s3.get(key, { range, ifMatch: etag, signal });
        yield* body as AsyncIterable<Uint8Array>;
      }
    },
    close: () => Promise.resolve(),
  };
}
