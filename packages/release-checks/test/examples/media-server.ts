import { createServer } from "node:http";
import { pipeline } from "node:stream/promises";

import type { MediaScope } from "@repo/object-store";

import { answerTo } from "./http-status.js";

/** Your authentication: gives undefined when it does not know who asks. */
type ScopeOf = (
  authorization: string | undefined,
) => MediaScope | undefined | Promise<MediaScope | undefined>;

export function mediaServer(scopeOf: ScopeOf) {
  return createServer((request, response) => {
    const answer = (status: number, body: object, headers = {}) => {
      response.writeHead(status, { "Content-Type": "application/json", ...headers });
      response.end(JSON.stringify(body));
    };
    const respond = async () => {
      const scope = await scopeOf(request.headers.authorization);
      if (scope === undefined) {
        const body = { code: "unauthorized", message: "Sign in first." };
        answer(401, body, { "WWW-Authenticate": "Bearer" });
      } else if (request.method === "POST") {
        const { file, url } = await scope.images.upload({ body: request });
        answer(201, { id: file.id }, { Location: url });
      } else if (request.method === "GET") {
        const id = (request.url ?? "").slice(1);
        const { stream, contentType, byteLength } = await scope.images.download(id);
        response.writeHead(200, {
          "Content-Type": contentType,
          "Content-Length": byteLength,
          "X-Content-Type-Options": "nosniff",
        });
        await pipeline(stream, response);
      } else {
        const body = { code: "method_not_allowed", message: "Send GET or POST." };
        answer(405, body, { Allow: "GET, POST" });
      }
    };
    respond().catch((error: unknown) => {
      // The client has gone, or half a file was sent: an answer would not be one.
      if (response.headersSent) {
        response.destroy();
        return;
      }
      const { status, body } = answerTo(error);
      answer(status, body);
    });
  });
}
