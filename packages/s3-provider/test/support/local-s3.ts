import { mkdtemp, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";

import { afterAll, afterEach, beforeAll } from "@jest/globals";
import { type LocalS3, startLocalS3 } from "@repo/local-s3";

import { S3Provider, type S3ConnectionOptions, type S3RequestOptions } from "../../src/index.js";

export const BUCKET = "media";

/** A server with one bucket for the tests of a file, and providers for it. */
export function localS3() {
  let server: LocalS3 | undefined;
  let folder = "";
  const providers: S3Provider[] = [];

  function running(): LocalS3 {
    if (!server) throw new Error("the server runs only within tests");
    return server;
  }

  beforeAll(async () => {
    folder = await mkdtemp(join(tmpdir(), "s3-provider-"));
    server = await startLocalS3({
      dataDir: folder,
      accessKeyId: "LOCALKEY",
      secretAccessKey: "local-secret",
      buckets: [BUCKET],
      durable: false,
    });
  });
  afterEach(() => {
    running().faults.clear();
    for (const provider of providers.splice(0)) provider.destroy();
  });
  afterAll(async () => {
    await server?.close();
    await rm(folder, { recursive: true, force: true });
  });

  function provider(
    options: Partial<S3ConnectionOptions> = {},
    bucket = BUCKET,
    requests: S3RequestOptions = {},
  ): S3Provider {
    const { endpoint, region, accessKeyId, secretAccessKey } = running();
    const created = new S3Provider({
      bucket,
      client: {
        endpoint,
        region,
        credentials: { accessKeyId, secretAccessKey },
        forcePathStyle: true,
        ...options,
      },
      requests,
    });
    providers.push(created);
    return created;
  }

  return { provider, running };
}

export async function all<T>(items: AsyncIterable<T>): Promise<T[]> {
  const collected: T[] = [];
  for await (const item of items) collected.push(item);
  return collected;
}
