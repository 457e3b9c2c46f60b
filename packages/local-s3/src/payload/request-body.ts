import { type IncomingMessage, type ServerResponse } from "node:http";

import { S3Error } from "../errors.js";

/**
 * The raw bytes of a request. A client that waits for `100 Continue` is told to go on when the first
 * byte is wanted, so that a refused upload is never sent. `onBytes` sees the total so far after each
 * chunk. The request stays open when the reader stops early: what is left is the server's to drain.
 *
 * @throws {S3Error} IncompleteBody when the client goes away before the end
 */
export async function* requestBody(
  message: IncomingMessage,
  response: ServerResponse,
  onBytes: (total: number) => void,
): AsyncGenerator<Buffer, void, undefined> {
  if (message.headers.expect?.toLowerCase() === "100-continue") response.writeContinue();
  let total = 0;
  try {
    for await (const chunk of message.iterator({ destroyOnReturn: false })) {
      total += (chunk as Buffer).length;
      onBytes(total);
      yield chunk as Buffer;
    }
  } catch (cause) {
    if (message.destroyed && !message.complete) throw new S3Error("IncompleteBody");
    throw cause;
  }
}
