import { type IncomingMessage } from "node:http";
import { pipeline } from "node:stream/promises";

import { type FileBody, type S3Response } from "../http/s3-response.js";
import { systemErrorCode } from "../system-error-code.js";
import { type Exchange } from "./answer.js";

/** How much of a request that was refused half-way is read to keep its connection usable. */
const MAX_DRAINED_BYTES = 16 * 1024 * 1024;

/** Sends a response whole. A client that has gone away meanwhile is nobody's error. */
export async function sendResponse(exchange: Exchange, reply: S3Response): Promise<void> {
  const { message, response } = exchange;
  writeHead(exchange, reply);
  drainRequest(message);
  if (message.method === "HEAD" || typeof reply.body !== "object") {
    await discardBody(reply);
    response.end(message.method === "HEAD" ? undefined : reply.body);
    return;
  }
  await sendFile(reply.body, exchange);
}

/** Announces the whole body, sends its first `bytes` bytes, and ends the connection. */
export async function sendTruncated(
  exchange: Exchange,
  reply: S3Response,
  bytes: number,
): Promise<void> {
  const { message, response } = exchange;
  writeHead(exchange, reply);
  const { body = "" } = reply;
  if (typeof body === "string") {
    response.write(Buffer.from(body).subarray(0, bytes));
  } else if (bytes > 0) {
    await sendFile({ ...body, length: Math.min(body.length, bytes) }, exchange, { end: false });
  } else {
    await discardBody(reply);
    response.flushHeaders();
  }
  message.socket.destroySoon();
}

/** Closes the file of a response that will not be sent. */
export async function discardBody({ body }: S3Response): Promise<void> {
  if (typeof body === "object") await body.handle.close();
}

function writeHead({ message, response }: Exchange, reply: S3Response): void {
  const { status, headers, body } = reply;
  const hasNoBody = status === 204 || status === 304;
  const length = typeof body === "object" ? body.length : Buffer.byteLength(body ?? "");
  const neverContinued =
    message.headers.expect !== undefined && !message.complete && !message.readableDidRead;
  response.writeHead(status, {
    ...(hasNoBody ? {} : { "content-length": String(length) }),
    ...headers,
    // The client may send the body it was asked to hold back, or not: the next request could not be told.
    ...(neverContinued ? { connection: "close" } : {}),
  });
}

/** Sends a body that is not empty and closes its file. */
async function sendFile(
  { handle, start, length }: FileBody,
  { response }: Exchange,
  options: { end?: boolean } = {},
): Promise<void> {
  const source = handle.createReadStream({ start, end: start + length - 1 });
  try {
    await pipeline(source, response, options);
  } catch (error) {
    if (!DISCONNECTIONS.has(systemErrorCode(error))) throw error;
  } finally {
    // `pipeline` leaves its source alone when the client had gone before it began.
    source.destroy();
  }
}

function drainRequest(message: IncomingMessage): void {
  if (message.complete) return;
  let left = MAX_DRAINED_BYTES;
  message.on("data", (chunk: Buffer) => {
    left -= chunk.length;
    if (left < 0) message.socket.destroy();
  });
  message.resume();
}

const DISCONNECTIONS = new Set<unknown>([
  "ECONNRESET",
  "EPIPE",
  "ERR_STREAM_DESTROYED",
  "ERR_STREAM_PREMATURE_CLOSE",
  "ERR_STREAM_UNABLE_TO_PIPE",
]);
