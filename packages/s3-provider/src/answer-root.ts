import { Readable } from "node:stream";
import { buffer } from "node:stream/consumers";

import type { ServiceInputTypes, ServiceOutputTypes } from "@aws-sdk/client-s3";

import { S3UnexpectedError } from "./errors.js";
import type { S3Call } from "./s3-caller.js";
import type { S3Command } from "./s3-command.js";

/** An answer as the HTTP handler of the SDK gives it. */
interface HttpAnswer {
  statusCode: number;
  body: AsyncIterable<Uint8Array>;
}

/**
 * Refuses a success that is another document than the one with this root. Of a document whose members
 * may all be absent, the SDK reads nothing, a web page and any other document as one without members:
 * something would seem to be switched off, or not to be there.
 */
export function requireRoot<I extends ServiceInputTypes, O extends ServiceOutputTypes>(
  command: S3Command<I, O>,
  call: S3Call,
  root: string,
): void {
  command.middlewareStack.add(
    (next) => async (args) => {
      const result = await next(args);
      const answer = result.response as HttpAnswer;
      const { statusCode } = answer;
      if (statusCode >= 300) return result;
      const document = await buffer(answer.body);
      const [, first] = /^\s*(?:<\?[^>]*>\s*)?<(?:\w+:)?(\w+)/.exec(document.toString()) ?? [];
      if (first !== root) {
        const reason = `the answer is no ${root}`;
        throw new S3UnexpectedError({ ...call, outcome: "not_applied", reason, statusCode });
      }
      answer.body = Readable.from([document]);
      return result;
    },
    // Below the reading of the answer.
    { step: "deserialize", priority: "low", name: "requireRoot" },
  );
}
