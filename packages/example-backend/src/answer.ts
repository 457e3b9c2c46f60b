import { httpStatusOf, ObjectStoreError } from "@repo/object-store";

import { UnauthorizedError } from "./authentication.js";

/** What a client is told of a failed request. Errors that are none of the store's keep their message. */
export function answerTo(error: unknown): {
  status: number;
  body: { code: string; message: string };
} {
  if (error instanceof UnauthorizedError) {
    return { status: 401, body: { code: "unauthorized", message: error.message } };
  }
  const status = httpStatusOf(error);
  if (!(error instanceof ObjectStoreError)) {
    return { status, body: { code: "internal", message: "Something went wrong." } };
  }
  const { code, message } = error;
  return { status, body: { code, message } };
}
