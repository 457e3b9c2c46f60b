import { S3Error } from "../errors.js";
import { type QueryParameters } from "../http/query-parameters.js";

/**
 * A count such as `max-keys`: `maximum` when absent, and never more than that.
 *
 * @throws {S3Error} InvalidArgument unless it is an integer from 0 to 2^31 - 1
 */
export function countParameter(query: QueryParameters, name: string, maximum: number): number {
  const text = query.get(name);
  if (text === undefined || text === "") return maximum;
  if (!/^\d{1,10}$/.test(text) || Number(text) >= 2 ** 31) {
    throw new S3Error(
      "InvalidArgument",
      `Argument ${name} must be an integer between 0 and 2147483647`,
      { ArgumentName: name, ArgumentValue: text },
    );
  }
  return Math.min(Number(text), maximum);
}

/** @throws {S3Error} InvalidArgument */
export function encodingParameter(query: QueryParameters): "url" | undefined {
  const text = query.get("encoding-type");
  if (text === undefined || text === "url") return text;
  throw new S3Error("InvalidArgument", "Invalid Encoding Method specified in Request", {
    ArgumentName: "encoding-type",
    ArgumentValue: text,
  });
}
