import { ValidateBy } from "class-validator";

import type { MediaBody } from "../../upload/media-body.js";

/** One of the shapes of {@link MediaBody}. */
export function IsMediaBody(): PropertyDecorator {
  return ValidateBy({
    name: "isMediaBody",
    validator: {
      validate: isMediaBody,
      defaultMessage: () =>
        "body must be a Buffer, Uint8Array, Blob, stream or async iterable of bytes, or { path }",
    },
  });
}

function isMediaBody(value: unknown): value is MediaBody {
  if (typeof value !== "object" || value === null) return false;
  return (
    value instanceof Uint8Array ||
    value instanceof Blob ||
    Symbol.asyncIterator in value ||
    ("path" in value && typeof value.path === "string" && value.path.length > 0)
  );
}
