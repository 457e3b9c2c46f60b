import { createReadStream } from "node:fs";
import http from "node:http";
import { text } from "node:stream/consumers";

import type { DirectRequest } from "@repo/object-store";

/** A piece of a file on the disk. */
export interface Piece {
  path: string;
  /** Bytes. */
  offset: number;
  byteSize: number;
}

/** Raised when a client could not send its file to S3. */
export class SendError extends Error {
  readonly code = "send_failed";
}

/**
 * Sends bytes as a browser does, which knows nothing of S3 but the request that it was given.
 *
 * @param patience milliseconds after which it gives up; it waits for ever by default
 * @throws SendError
 */
export async function putDirectly(
  { url, headers }: DirectRequest,
  { path, offset, byteSize }: Piece,
  patience: number | undefined,
): Promise<void> {
  const { hostname, port, pathname, search } = new URL(url);
  const request = http.request({
    method: "PUT",
    hostname,
    port,
    path: `${pathname}${search}`,
    headers: { ...headers, "content-length": byteSize },
    ...(patience !== undefined && { signal: AbortSignal.timeout(patience) }),
  });
  const answer = new Promise<http.IncomingMessage>((resolve, reject) => {
    request.once("response", resolve).once("error", reject);
  });
  createReadStream(path, { start: offset, end: offset + byteSize - 1 }).pipe(request);
  try {
    const response = await answer;
    await text(response);
    if (response.statusCode !== 200) throw new Error(`S3 answered ${response.statusCode}`);
  } catch (error) {
    throw new SendError("the file could not be sent", { cause: error });
  }
}
