import { S3PreconditionFailedError } from "@repo/s3-provider";

import type { StorageClient } from "../../src/testing.js";
import { storageWith } from "./storage-with.js";

/** The same bucket on a server that fails each conditional copy, as Swift does of a multipart object. */
export function withoutConditionalCopies(s3: StorageClient): StorageClient {
  return storageWith(s3, {
    copy(input) {
      if (input.copySourceIfMatch === undefined) return s3.copy(input);
      const facts = { operation: "copy", outcome: "not_applied", statusCode: 412 } as const;
      const reason = "PreconditionFailed (status 412)";
      return Promise.reject(new S3PreconditionFailedError({ ...facts, reason }));
    },
  });
}
