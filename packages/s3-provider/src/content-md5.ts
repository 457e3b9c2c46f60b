import { hash } from "node:crypto";

import type { ServiceInputTypes, ServiceOutputTypes } from "@aws-sdk/client-s3";

import type { RequestRules } from "./request-rules.js";
import type { S3Command } from "./s3-command.js";

/** The value of Content-MD5 (RFC 1864), where the rules of the bucket demand it. */
export function contentMd5Of(body: Uint8Array, rules: RequestRules): string | undefined {
  return rules.contentMd5 ? hash("md5", body, "base64") : undefined;
}

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
      headers["content-md5"] = hash("md5", body, "base64");
      return next(args);
    },
    { step: "build", name: "addContentMd5" },
  );
}
