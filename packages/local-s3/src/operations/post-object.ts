import { authenticateForm } from "../auth/form-auth.js";
import { type Credentials } from "../auth/authentication.js";
import { checksumMismatch, readDeclaredChecksum } from "../checksums/declared-checksum.js";
import { S3Error } from "../errors.js";
import { readForm, type UploadForm } from "../form/form-reader.js";
import { parsePolicy, type PostPolicy, requirePolicy } from "../form/post-policy.js";
import { requireHeader } from "../http/header-value.js";
import { RequestHeaders } from "../http/request-headers.js";
import { requireKeyLength, type S3Request } from "../http/s3-request.js";
import { emptyResponse, quoted, type S3Response, xmlResponse } from "../http/s3-response.js";
import { uriEncodePath } from "../http/uri.js";
import { plainXmlDocument } from "../http/xml-writer.js";
import { DigestedBytes } from "../storage/digested-bytes.js";
import { type Store } from "../storage/store.js";
import { checksumHeaders } from "./checksum-headers.js";
import { readAttributes } from "./object-attributes.js";
import { BODY_HEADERS, OBJECT_HEADERS, refuseUnknownHeaders } from "./operation-headers.js";
import { MAX_PUT_BYTES } from "./put-object.js";

/** Fields of the form that this server would have to act on and cannot. */
const UNSUPPORTED = ["tagging", "x-amz-website-redirect-location"];

interface PostContext {
  readonly store: Store;
  readonly request: S3Request;
  readonly body: AsyncIterable<Buffer>;
  readonly credentials: Credentials;
}

/** Whether a request is an upload by an HTML form, which carries its signature in the form. */
export function isFormUpload({ method, bucket, key, query, headers }: S3Request): boolean {
  return (
    method === "POST" &&
    bucket !== "" &&
    key === "" &&
    query.entries.length === 0 &&
    !headers.has("authorization") &&
    /^multipart\/form-data\b/i.test(headers.get("content-type") ?? "")
  );
}

/** https://docs.aws.amazon.com/AmazonS3/latest/API/RESTObjectPOST.html */
export async function postObject(context: PostContext): Promise<S3Response> {
  const { store, request, body, credentials } = context;
  if (!request.headers.has("content-length")) throw new S3Error("MissingContentLength");
  const form = await readForm(body, request.headers.get("content-type") ?? "");
  const policy = parsePolicy(authenticateForm(form.fields, credentials));
  const fields = completeFields(form, request.bucket);
  requirePolicy(policy, fields);
  const key = fields.get("key") ?? "";
  if (key === "") throw new S3Error("InvalidArgument", "The key must not be empty.");
  requireKeyLength(key);
  const headers = fieldHeaders(fields);
  const declared = readDeclaredChecksum(headers);
  const source = new DigestedBytes(limited(form.file, policy), declared?.algorithm);
  const { objects } = store.bucket(request.bucket);
  const object = await objects.put(
    key,
    source,
    readAttributes(headers),
    {},
    {
      before() {
        if (declared !== undefined && declared.value !== source.digests().checksum?.value) {
          throw checksumMismatch(declared.algorithm);
        }
      },
    },
  );
  const location = `http://${request.headers.get("host") ?? ""}/${uriEncodePath(`${request.bucket}/${key}`)}`;
  const answer = success(fields, { location, bucket: request.bucket, key, etag: object.etag });
  return {
    ...answer,
    headers: {
      location,
      etag: quoted(object.etag),
      ...checksumHeaders(object.checksum),
      ...answer.headers,
    },
  };
}

function completeFields(form: UploadForm, bucket: string): ReadonlyMap<string, string> {
  const template = form.fields.get("key");
  if (template === undefined) {
    throw new S3Error("InvalidArgument", "Bucket POST must contain a field named 'key'.");
  }
  const unsupported = UNSUPPORTED.find((name) => form.fields.has(name));
  const acl = form.fields.get("acl") ?? "private";
  if (unsupported !== undefined || !OBJECT_HEADERS.includes(`x-amz-acl=${acl}`)) {
    throw new S3Error("NotImplemented", undefined, { Field: unsupported ?? "acl" });
  }
  const key = template.replaceAll("${filename}", () => form.fileName);
  return new Map([...form.fields, ["bucket", bucket], ["key", key]]);
}

/** The fields that stand for headers, one character per byte as headers are. */
function fieldHeaders(fields: ReadonlyMap<string, string>): RequestHeaders {
  const signature = /^x-amz-(?:algorithm|credential|date|signature)$/;
  const raw = [...fields]
    .filter(([name]) => !signature.test(name))
    .filter(([name]) => /^(?:x-amz-|content-|cache-control$|expires$)/.test(name))
    .map(([name, value]) => [name, Buffer.from(value, "utf8").toString("latin1")] as const);
  for (const [name, value] of raw) requireHeader(name, value);
  const headers = new RequestHeaders(raw.flat());
  refuseUnknownHeaders(headers, [...OBJECT_HEADERS, ...BODY_HEADERS]);
  return headers;
}

/** @throws {S3Error} EntityTooLarge or EntityTooSmall */
async function* limited(
  file: AsyncIterable<Buffer>,
  { length }: PostPolicy,
): AsyncGenerator<Buffer, void, undefined> {
  const { minimum, maximum } = length ?? { minimum: 0, maximum: MAX_PUT_BYTES };
  const limit = Math.min(maximum, MAX_PUT_BYTES);
  let size = 0;
  for await (const chunk of file) {
    size += chunk.length;
    if (size > limit) {
      throw new S3Error("EntityTooLarge", undefined, { MaxSizeAllowed: String(limit) });
    }
    yield chunk;
  }
  if (size < minimum) {
    throw new S3Error("EntityTooSmall", undefined, {
      ProposedSize: String(size),
      MinSizeAllowed: String(minimum),
    });
  }
}

/** The answer that the form asks for: a redirection, a document, or nothing. */
function success(
  fields: ReadonlyMap<string, string>,
  object: { location: string; bucket: string; key: string; etag: string },
): S3Response {
  const redirect = fields.get("success_action_redirect");
  if (redirect !== undefined && URL.canParse(redirect)) {
    const url = new URL(redirect);
    url.searchParams.set("bucket", object.bucket);
    url.searchParams.set("key", object.key);
    url.searchParams.set("etag", quoted(object.etag));
    return emptyResponse(303, { location: url.href });
  }
  const status = fields.get("success_action_status");
  if (status === "200") return emptyResponse(200);
  if (status !== "201") return emptyResponse(204);
  const document = plainXmlDocument("PostResponse", {
    Location: object.location,
    Bucket: object.bucket,
    Key: object.key,
    ETag: quoted(object.etag),
  });
  return xmlResponse(document, 201);
}
