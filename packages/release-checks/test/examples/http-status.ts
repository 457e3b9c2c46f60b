import { httpStatusOf, ObjectStoreError } from "@repo/object-store";

export function answerTo(error: unknown) {
  const status = httpStatusOf(error);
  if (!(error instanceof ObjectStoreError)) {
    return { status, body: { code: "internal", message: "Something went wrong." } };
  }
  const { code, message } = error;
  return { status, body: { code, message } };
}
