import { type IncomingMessage, type ServerResponse } from "node:http";

import { answer, type Services } from "./answer.js";
import { newRequestId } from "./request-id.js";
import { discardBody, sendResponse, sendTruncated } from "./send-response.js";

/** One request from its first line to the last byte of its response. Never rejects. */
export async function handleRequest(
  message: IncomingMessage,
  response: ServerResponse,
  services: Services,
): Promise<void> {
  const requestId = newRequestId();
  const exchange = { message, response, requestId };
  response.setHeader("x-amz-request-id", requestId);
  response.setHeader("server", "local-s3");
  try {
    const { reply, fault } = await answer(exchange, services);
    if (reply === undefined || fault?.type === "loseResponse" || fault?.type === "landLate") {
      if (reply !== undefined) await discardBody(reply);
      message.socket.resetAndDestroy();
    } else if (fault?.type === "truncateResponse") {
      await sendTruncated(exchange, reply, fault.bytes);
    } else {
      await sendResponse(exchange, reply);
    }
  } catch (error) {
    services.onError(error);
    message.socket.destroy();
  }
}
