import { isUint8Array } from "node:util/types";

import { ValidateBy } from "class-validator";

import type { MediaBody } from "../../upload/media-body.js";
import { pathOf } from "../../upload/path-body.js";
import { described } from "../../described.js";

const RULE =
  "body must be a Buffer, Uint8Array, Blob, stream or async iterable of bytes, or fromPath(path)";

/** One of the shapes of {@link MediaBody}. */
export function IsMediaBody(): PropertyDecorator {
  return ValidateBy({
    name: "isMediaBody",
    validator: {
      validate: isMediaBody,
      defaultMessage: (given) => `${RULE}, and ${described(given?.value)} came`,
    },
  });
}

function isMediaBody(value: unknown): value is MediaBody {
  if (typeof value !== "object" || value === null) return false;
  return (
    isUint8Array(value) ||
    value instanceof Blob ||
    Symbol.asyncIterator in value ||
    pathOf(value) !== undefined
  );
}
