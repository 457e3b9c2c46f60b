import type { ServiceInputTypes, ServiceOutputTypes } from "@aws-sdk/client-s3";

import type { S3Command } from "./s3-command.js";

/**
 * What stands for a body in a signature: the hexadecimal digits of its SHA-256, or `UNSIGNED_PAYLOAD`.
 *
 * @see https://docs.aws.amazon.com/AmazonS3/latest/API/sig-v4-header-based-auth.html
 */
export type SignedPayload = string;

export const UNSIGNED_PAYLOAD = "UNSIGNED-PAYLOAD";
export const PAYLOAD_HEADER = "x-amz-content-sha256";

/** Gives a command what stands for its body, which the SDK computes only where it is absent. */
export function signPayload<I extends ServiceInputTypes, O extends ServiceOutputTypes>(
  command: S3Command<I, O>,
  payload: SignedPayload,
): void {
  command.middlewareStack.add(
    (next) => (args) => {
      const { headers } = args.request as { headers: Record<string, string> };
      headers[PAYLOAD_HEADER] = payload;
      return next(args);
    },
    { step: "build", name: "signPayload" },
  );
}
