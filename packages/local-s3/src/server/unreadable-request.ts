import { STATUS_CODES } from "node:http";
import { type Duplex } from "node:stream";

import { S3Error } from "../errors.js";
import { errorResponse } from "../http/error-response.js";
import { newRequestId } from "./request-id.js";

/** Answers what node:http cannot read as a request, such as one with two lengths, and hangs up. */
export function refuseUnreadable(
  error: Error & { readonly code?: string; readonly reason?: string },
  socket: Duplex,
): void {
  if (!socket.writable || error.code === "ECONNRESET") {
    socket.destroy();
    return;
  }
  const refusal =
    error.code === "HPE_HEADER_OVERFLOW"
      ? new S3Error("RequestHeaderSectionTooLarge")
      : new S3Error("BadRequest", error.reason ?? error.message);
  const requestId = newRequestId();
  const { status, headers, body } = errorResponse(refusal, "/", requestId);
  const lines = Object.entries({
    ...headers,
    connection: "close",
    "content-length": Buffer.byteLength(body),
    "x-amz-request-id": requestId,
  }).map(([name, value]) => `${name}: ${value}\r\n`);
  socket.end(`HTTP/1.1 ${status} ${STATUS_CODES[status] ?? ""}\r\n${lines.join("")}\r\n${body}`);
}
