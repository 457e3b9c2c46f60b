import { requireHeader } from "../http/header-value.js";
import { type QueryParameters } from "../http/query-parameters.js";

const PREFIX = "response-";

/** Parameters by which a signed GET or HEAD chooses headers of its response. */
export const OVERRIDE_PARAMETERS: readonly string[] = [
  "response-cache-control",
  "response-content-disposition",
  "response-content-encoding",
  "response-content-language",
  "response-content-type",
  "response-expires",
];

/** @throws {S3Error} InvalidArgument for a value that no header can hold */
export function responseOverrides(query: QueryParameters): Record<string, string> {
  const overrides: Record<string, string> = {};
  for (const parameter of OVERRIDE_PARAMETERS) {
    const value = query.get(parameter);
    if (value === undefined) continue;
    const name = parameter.slice(PREFIX.length);
    requireHeader(name, value);
    overrides[name] = value;
  }
  return overrides;
}
