import { validateHeaderName, validateHeaderValue } from "node:http";

import { S3Error } from "../errors.js";

/**
 * Makes sure that a header which did not come as one (but as a parameter or a form field) can be sent
 * as one.
 *
 * @throws {S3Error} InvalidArgument
 */
export function requireHeader(name: string, value: string): void {
  try {
    validateHeaderName(name);
    validateHeaderValue(name, value);
  } catch {
    throw new S3Error("InvalidArgument", "Header value cannot be represented using ISO-8859-1.", {
      ArgumentName: name,
      ArgumentValue: value,
    });
  }
}
