import type { StorageClient } from "../../src/testing.js";
import { storageWith } from "./storage-with.js";

/** The same bucket on a server that lists the multipart uploads of an exact key only, as MinIO does. */
export function withExactListings(s3: StorageClient): StorageClient {
  return storageWith(s3, {
    async *listMultipartUploads({ prefix = "", signal } = {}) {
      for await (const upload of s3.listMultipartUploads({ prefix, ...(signal && { signal }) })) {
        if (upload.key === prefix) yield upload;
      }
    },
  });
}
