import { S3Error } from "../errors.js";
import { type ByteRange, parseRange } from "../http/byte-range.js";
import { evaluateConditions } from "../http/conditions.js";
import { emptyResponse, httpTime, quoted, type S3Response } from "../http/s3-response.js";
import { type S3Request } from "../http/s3-request.js";
import { type ObjectSummary } from "../storage/object-metadata.js";
import { type OpenObject } from "../storage/objects.js";
import { checksumHeaders } from "./checksum-headers.js";
import { type Operation, type OperationContext } from "./operation.js";
import { READ_CONDITIONS } from "./operation-headers.js";
import { OVERRIDE_PARAMETERS, responseOverrides } from "./response-overrides.js";

const READ_HEADERS = [...READ_CONDITIONS, "x-amz-checksum-mode"];

export const getObject: Operation = {
  name: "GetObject",
  method: "GET",
  target: "object",
  parameters: OVERRIDE_PARAMETERS,
  headers: READ_HEADERS,
  run: (context) => read(context, true),
};

export const headObject: Operation = {
  name: "HeadObject",
  method: "HEAD",
  target: "object",
  parameters: OVERRIDE_PARAMETERS,
  headers: READ_HEADERS,
  run: (context) => read(context, false),
};

async function read(context: OperationContext, withBody: boolean): Promise<S3Response> {
  const { store, request } = context;
  const opened = await store.bucket(request.bucket).objects.open(request.key);
  if (opened === undefined) throw new S3Error("NoSuchKey", undefined, { Key: request.key });
  let response: S3Response | undefined;
  try {
    response = respond(request, opened);
  } finally {
    if (!withBody || response?.body === undefined) await opened.handle.close();
  }
  return withBody ? response : { ...response, body: undefined };
}

function respond(request: S3Request, { object, handle }: OpenObject): S3Response {
  const { headers } = request;
  const verdict = evaluateConditions(
    {
      ifMatch: headers.get("if-match"),
      ifNoneMatch: headers.get("if-none-match"),
      ifModifiedSince: headers.get("if-modified-since"),
      ifUnmodifiedSince: headers.get("if-unmodified-since"),
    },
    object,
  );
  if (verdict === "failed") throw new S3Error("PreconditionFailed");
  if (verdict === "notModified") {
    const cacheControl = object.headers["cache-control"];
    return emptyResponse(304, {
      etag: quoted(object.etag),
      "last-modified": httpTime(object.lastModified),
      ...(cacheControl === undefined ? {} : { "cache-control": cacheControl }),
    });
  }
  const range = requestedRange(request, object);
  const { start, end } = range ?? { start: 0, end: object.size - 1 };
  const length = end - start + 1;
  return {
    status: range === undefined ? 200 : 206,
    headers: {
      ...objectHeaders(object),
      ...(range === undefined
        ? checksumIfAsked(request, object)
        : { "content-range": `bytes ${start}-${end}/${object.size}` }),
      ...responseOverrides(request.query),
      "content-length": String(length),
    },
    body: length > 0 ? { handle, start, length } : undefined,
  };
}

function objectHeaders(object: ObjectSummary): Record<string, string> {
  return {
    ...object.headers,
    ...Object.fromEntries(
      Object.entries(object.userMetadata).map(([name, value]) => [`x-amz-meta-${name}`, value]),
    ),
    "accept-ranges": "bytes",
    etag: quoted(object.etag),
    "last-modified": httpTime(object.lastModified),
  };
}

/** A checksum covers the whole object, so it does not go with a part of it. */
function checksumIfAsked(request: S3Request, object: ObjectSummary): Record<string, string> {
  const asked = request.headers.get("x-amz-checksum-mode")?.toUpperCase() === "ENABLED";
  return asked ? checksumHeaders(object.checksum) : {};
}

function requestedRange(request: S3Request, object: ObjectSummary): ByteRange | undefined {
  const header = request.headers.get("range");
  if (header === undefined || !rangeStillApplies(request, object)) return undefined;
  const range = parseRange(header, object.size);
  if (range === "unsatisfiable") {
    throw new S3Error("InvalidRange", undefined, {
      RangeRequested: header,
      ActualObjectSize: String(object.size),
    });
  }
  return range;
}

/** `If-Range` (RFC 9110, section 13.1.5): the range is of the version that the client has. */
function rangeStillApplies(request: S3Request, object: ObjectSummary): boolean {
  const version = request.headers.get("if-range");
  return (
    version === undefined ||
    version === quoted(object.etag) ||
    version === httpTime(object.lastModified)
  );
}
