import { createHash } from "node:crypto";

import type { ServiceInputTypes, ServiceOutputTypes } from "@aws-sdk/client-s3";

import type { S3Command } from "./s3-command.js";

/**
 * Adds a Content-MD5 of the body, a document, to the checksum that the SDK sends: OpenStack Swift,
 * Dell ECS and older releases of MinIO refuse DeleteObjects without it.
 */
export function addContentMd5<I extends ServiceInputTypes, O extends ServiceOutputTypes>(
  command: S3Command<I, O>,
): void {
  command.middlewareStack.add(
    (next) => (args) => {
      const { headers, body } = args.request as { headers: Record<string, string>; body: string };
      headers["content-md5"] = createHash("md5").update(body).digest("base64");
      return next(args);
    },
    { step: "build", name: "addContentMd5" },
  );
}
