import { S3Error } from "../errors.js";
import { type S3Request } from "../http/s3-request.js";
import { type Operation } from "./operation.js";
import { OPERATIONS } from "./table.js";

/** Headers that tell operations of the same method and parameters apart. */
const SELECTING_HEADERS = new Set(
  OPERATIONS.map(({ header }) => header).filter((header) => header !== undefined),
);

/**
 * The operation that a request asks for. Every parameter must be known to it: a subresource that is
 * not implemented must not be taken for the object or bucket itself.
 *
 * @throws {S3Error} NotImplemented
 */
export function resolveOperation(request: S3Request): Operation {
  const operation = OPERATIONS.find((candidate) => serves(candidate, request));
  if (operation === undefined) {
    throw new S3Error("NotImplemented", "This request is not implemented by this server.", {
      Method: request.method,
      Parameters: operationParameters(request).join(", "),
    });
  }
  return operation;
}

function serves(operation: Operation, request: S3Request): boolean {
  const { selectors = [], parameters = [] } = operation;
  const known = [...selectors.map((selector) => selector.split("=")[0]), ...parameters];
  return (
    operation.method === request.method &&
    operation.target === target(request) &&
    selectors.every((selector) => isSelected(selector, request)) &&
    [...SELECTING_HEADERS].every(
      (header) => request.headers.has(header) === (header === operation.header),
    ) &&
    operationParameters(request).every((name) => known.includes(name))
  );
}

function isSelected(selector: string, { query }: S3Request): boolean {
  const [name = "", value] = selector.split("=");
  return value === undefined ? query.has(name) : query.get(name) === value;
}

function target({ bucket, key }: S3Request): Operation["target"] {
  if (bucket === "") return "service";
  return key === "" ? "bucket" : "object";
}

/** All parameters but `x-id`, which only SDKs' logs need. */
function operationParameters({ query }: S3Request): string[] {
  return query.entries.map(([name]) => name).filter((name) => name !== "x-id");
}
