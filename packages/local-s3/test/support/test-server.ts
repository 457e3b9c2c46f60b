import { mkdtemp, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";

import { type LocalS3, type LocalS3Options, startLocalS3 } from "../../src/index.js";

export const BUCKET = "test-bucket";
export const CREDENTIALS = {
  accessKeyId: "TESTACCESSKEY",
  secretAccessKey: "test/secret+key",
} as const;

export interface TestServer extends LocalS3 {
  readonly dataDir: string;
  /** What clients saw as InternalError so far. */
  readonly errors: readonly unknown[];
  /** Ends the server, removes its folder, and fails if it met an internal error. */
  stop(): Promise<void>;
}

/** A server on a folder of its own, with one bucket. */
export async function startTestServer(options: Partial<LocalS3Options> = {}): Promise<TestServer> {
  const dataDir = options.dataDir ?? (await mkdtemp(join(tmpdir(), "local-s3-")));
  const errors: unknown[] = [];
  const server = await startLocalS3({
    dataDir,
    ...CREDENTIALS,
    buckets: [BUCKET],
    durable: false,
    onError: (error) => errors.push(error),
    ...options,
  });
  return {
    ...server,
    dataDir,
    errors,
    async stop() {
      await server.close();
      await rm(dataDir, { recursive: true, force: true });
      if (errors.length > 0) throw new AggregateError(errors, "The server met internal errors");
    },
  };
}
