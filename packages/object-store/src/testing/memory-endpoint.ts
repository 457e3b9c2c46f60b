import { createHash } from "node:crypto";
import { once } from "node:events";
import { createServer, type IncomingMessage, type ServerResponse } from "node:http";
import type { AddressInfo } from "node:net";
import { buffer } from "node:stream/consumers";
import { pipeline } from "node:stream/promises";

import { type ByteRange, S3InvalidRangeError, S3NotFoundError } from "@repo/s3-provider";

import type { StorageClient } from "../upload/storage-client.js";
import { type MemorySignatures, RefusedRequest } from "./memory-signatures.js";

/** Where the signed URLs of a memory storage lead. */
export interface MemoryEndpoint {
  /** Such as `http://127.0.0.1:49152`. */
  readonly url: string;
  /** Ends it and its connections. New URLs then lead nowhere again. */
  readonly close: () => Promise<void>;
}

type Storage = Pick<StorageClient, "get" | "put" | "uploadPart">;

/** Pages of any origin may send requests, as by the CORS rules of a bucket. */
const CORS = {
  "Access-Control-Allow-Origin": "*",
  "Access-Control-Allow-Methods": "GET, PUT, POST",
  "Access-Control-Allow-Headers": "*",
  "Access-Control-Expose-Headers": "ETag, Content-Range",
};

/** Serves the requests that were signed, and keeps no process alive. */
export async function listenFor(
  storage: Storage,
  signatures: MemorySignatures,
): Promise<MemoryEndpoint> {
  const server = createServer((request, response) => {
    for (const [name, value] of Object.entries(CORS)) response.setHeader(name, value);
    respond(storage, signatures, request, response).catch((error: unknown) => {
      if (response.headersSent) response.destroy();
      else refuse(response, error);
    });
  });
  server.on("connection", (socket) => socket.unref());
  server.listen(0, "127.0.0.1");
  await once(server, "listening");
  server.unref();
  const { port } = server.address() as AddressInfo;
  return {
    url: `http://127.0.0.1:${port}`,
    close: () =>
      new Promise((resolve) => {
        server.close(() => {
          resolve();
        });
        server.closeAllConnections();
      }),
  };
}

async function respond(
  storage: Storage,
  signatures: MemorySignatures,
  request: IncomingMessage,
  response: ServerResponse,
): Promise<void> {
  const { method = "", headers } = request;
  const body = await buffer(request);
  if (method === "OPTIONS") {
    response.writeHead(204).end();
    return;
  }
  if (method === "POST") {
    const etag = await storeForm(storage, signatures, body, headers["content-type"]);
    response.writeHead(204, { ETag: etag }).end();
    return;
  }
  const url = new URL(request.url ?? "/", "http://127.0.0.1");
  signatures.checkUrl(url, method, headers);
  const key = decodeURIComponent(url.pathname.slice(1));
  if (method === "PUT") {
    requireDigest(body, headers["content-md5"]);
    const etag = await store(storage, key, body, url.searchParams, headers["content-type"] ?? "");
    response.writeHead(200, { ETag: etag }).end();
    return;
  }
  const object = await storage.get(key, { range: rangeOf(headers.range) });
  const disposition = url.searchParams.get("response-content-disposition");
  const { range, totalByteLength } = object;
  response.writeHead(range === undefined ? 200 : 206, {
    "Accept-Ranges": "bytes",
    "Content-Type": url.searchParams.get("response-content-type") ?? object.contentType,
    "Content-Length": object.byteLength,
    ETag: object.etag,
    ...(range && { "Content-Range": `bytes ${range.start}-${range.end}/${totalByteLength}` }),
    ...(disposition !== null && { "Content-Disposition": disposition }),
  });
  await pipeline(object.body, response);
}

/** The one range of a header `Range`; as S3 does, ignores what is none. */
function rangeOf(header: string | undefined): ByteRange | undefined {
  const [, start = "", end = ""] = /^bytes=(\d*)-(\d*)$/.exec(header ?? "") ?? [];
  if (start !== "") return { start: Number(start), ...(end !== "" && { end: Number(end) }) };
  return end === "" ? undefined : { suffix: Number(end) };
}

/** Stores an object, or a part of one. */
async function store(
  storage: Storage,
  key: string,
  body: Buffer,
  query: URLSearchParams,
  contentType: string,
): Promise<string> {
  const [uploadId, partNumber] = [query.get("uploadId"), Number(query.get("partNumber"))];
  const { etag } = await (uploadId === null
    ? storage.put({ key, body, byteLength: body.byteLength, contentType })
    : storage.uploadPart({ key, uploadId }, { partNumber, body }));
  return etag;
}

async function storeForm(
  storage: Storage,
  signatures: MemorySignatures,
  body: Buffer,
  formType = "",
): Promise<string> {
  const form = new Response(body, { headers: { "Content-Type": formType } });
  // oxlint-disable-next-line typescript/no-deprecated -- it warns of forms that do not fit in memory
  const entries = [...(await form.formData().catch(() => new FormData()))];
  // S3 ignores the fields behind the file.
  const last = entries.findIndex(([name]) => name === "file");
  const { file, ...fields } = Object.fromEntries(entries.slice(0, last + 1));
  if (!(file instanceof File)) {
    const message = "The body is no form (multipart/form-data) with a file as its field file.";
    throw new RefusedRequest(400, "MalformedPOSTRequest", message);
  }
  signatures.checkForm(fields, file.size);
  const { key, "Content-Type": contentType } = fields as { key: string; "Content-Type": string };
  const bytes = Buffer.from(await file.arrayBuffer());
  const { etag } = await storage.put({ key, body: bytes, byteLength: file.size, contentType });
  return etag;
}

function requireDigest(body: Buffer, md5: string | string[] | undefined): void {
  if (md5 === undefined || createHash("md5").update(body).digest("base64") === md5) return;
  throw new RefusedRequest(400, "BadDigest", "The body has another digest than Content-MD5.");
}

function refuse(response: ServerResponse, error: unknown): void {
  const { statusCode, code, message } = refusalOf(error);
  response.writeHead(statusCode, { "Content-Type": "application/xml" });
  response.end(
    `<?xml version="1.0" encoding="UTF-8"?>\n<Error><Code>${code}</Code><Message>${message}</Message></Error>`,
  );
}

function refusalOf(error: unknown): RefusedRequest {
  if (error instanceof RefusedRequest) return error;
  if (error instanceof S3NotFoundError) {
    const code = error.operation === "uploadPart" ? "NoSuchUpload" : "NoSuchKey";
    return new RefusedRequest(404, code, "There is none of this name.");
  }
  if (error instanceof S3InvalidRangeError) {
    return new RefusedRequest(416, "InvalidRange", "The range lies outside of the object.");
  }
  return new RefusedRequest(500, "InternalError", "The storage failed.");
}
