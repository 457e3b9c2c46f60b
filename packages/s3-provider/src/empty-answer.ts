import type { ServiceInputTypes, ServiceOutputTypes } from "@aws-sdk/client-s3";

import { S3UnexpectedError } from "./errors.js";
import type { S3Call } from "./s3-caller.js";
import type { S3Command } from "./s3-command.js";

/** An answer as the HTTP handler of the SDK gives it. */
interface HttpAnswer {
  statusCode: number;
  headers: Record<string, string>;
  body: AsyncIterable<Uint8Array>;
}

/**
 * Refuses a success with a body where S3 sends none: it is the page of a proxy or of another server.
 * Such pages have ETags of their own.
 */
export function requireEmptyAnswer<I extends ServiceInputTypes, O extends ServiceOutputTypes>(
  command: S3Command<I, O>,
  call: S3Call,
): void {
  command.middlewareStack.add(
    (next) => async (args) => {
      const result = await next(args);
      const { statusCode, headers, body } = result.response as HttpAnswer;
      if (statusCode >= 300 || statusCode === 204 || headers["content-length"] === "0") {
        return result;
      }
      for await (const chunk of body) {
        if (chunk.byteLength > 0) {
          const reason = "the answer has a body, which that of S3 has not";
          throw new S3UnexpectedError({ ...call, outcome: "unknown", reason, statusCode });
        }
      }
      return result;
    },
    // Below the reading of the answer.
    { step: "deserialize", priority: "low", name: "requireEmptyAnswer" },
  );
}
