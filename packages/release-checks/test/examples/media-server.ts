import { createServer } from "node:http";
import { pipeline } from "node:stream/promises";

import type { MediaScope } from "@repo/object-store";

import { answerTo } from "./http-status.js";

export function mediaServer(scopeOf: (authorization: string | undefined) => MediaScope) {
  return createServer((request, response) => {
    const { images } = scopeOf(request.headers.authorization);
    const respond = async () => {
      if (request.method === "POST") {
        const { file, url } = await images.upload({ body: request });
        response.writeHead(201, { Location: url }).end(JSON.stringify({ id: file.id }));
      } else {
        const { stream, contentType, byteLength } = await images.download(
          (request.url ?? "").slice(1),
        );
        response.writeHead(200, { "Content-Type": contentType, "Content-Length": byteLength });
        await pipeline(stream, response);
      }
    };
    respond().catch((error: unknown) => {
      // The client has gone, or half a file was sent: an answer would not be one.
      if (response.headersSent) {
        response.destroy();
        return;
      }
      const { status, body } = answerTo(error);
      response.writeHead(status).end(JSON.stringify(body));
    });
  });
}
