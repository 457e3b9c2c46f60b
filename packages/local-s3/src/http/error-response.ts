import { S3Error } from "../errors.js";
import { xmlResponse, type XmlResponse } from "./s3-response.js";
import { plainXmlDocument } from "./xml-writer.js";

interface ErrorFacts {
  readonly status: number;
  readonly code: string;
  readonly message: string;
  readonly details?: Readonly<Record<string, string>>;
}

/** https://docs.aws.amazon.com/AmazonS3/latest/API/ErrorResponses.html */
export function errorResponse(
  { status, code, message, details = {} }: ErrorFacts,
  resource: string,
  requestId: string,
): XmlResponse {
  const content = {
    Code: code,
    Message: message,
    ...details,
    Resource: resource,
    RequestId: requestId,
  };
  return xmlResponse(plainXmlDocument("Error", content), status);
}

/** Anything that is not an S3Error is a fault of this server: the client learns no more than that. */
export function asS3Error(error: unknown): S3Error {
  if (error instanceof S3Error) return error;
  const internal = new S3Error("InternalError");
  internal.cause = error;
  return internal;
}
