import type { StorageClient } from "../../src/testing.js";

/** The same bucket with some of its methods replaced. */
export function storageWith(s3: StorageClient, methods: Partial<StorageClient>): StorageClient {
  return new Proxy<StorageClient>(s3, {
    get: (_target, name: keyof StorageClient) => methods[name] ?? s3[name].bind(s3),
  });
}
