import { createServer, type IncomingMessage, type ServerResponse } from "node:http";
import type { AddressInfo } from "node:net";

import { type Receipt, SinkBodies } from "./sink-bodies.js";

export interface Sink {
  readonly endpoint: string;
  close(): Promise<void>;
}

/** Where `sink-client` asks; no bucket has this name. */
export const CONTROL_PATH = "/-/";

/**
 * An S3 server that keeps nothing: it answers PutObject, multipart uploads, DeleteObject and
 * DeleteObjects as S3 does and throws the bytes away. Signatures are not checked. With hashing on, it remembers the
 * SHA-256 of each object instead, for rounds that are not measured.
 */
export async function startSink(): Promise<Sink> {
  const bodies = new SinkBodies();
  const server = createServer((request, response) => {
    answer(bodies, request, response).catch(() => {
      response.destroy();
    });
  });
  server.keepAliveTimeout = 60_000;
  await new Promise<void>((resolve) => server.listen(0, "127.0.0.1", resolve));
  const { port } = server.address() as AddressInfo;
  return {
    endpoint: `http://127.0.0.1:${port}`,
    async close() {
      const closed = new Promise((resolve) => server.close(resolve));
      server.closeAllConnections();
      await closed;
    },
  };
}

async function answer(
  bodies: SinkBodies,
  request: IncomingMessage,
  response: ServerResponse,
): Promise<void> {
  const { pathname, searchParams } = new URL(request.url ?? "/", "http://sink");
  const key = decodeURIComponent(pathname);
  if (key.startsWith(CONTROL_PATH)) {
    control(bodies, key.slice(CONTROL_PATH.length), response);
    return;
  }
  const uploadId = searchParams.get("uploadId");
  const partNumber = Number(searchParams.get("partNumber"));
  switch (request.method) {
    case "PUT": {
      const receipt = await bodies.receive(request);
      if (uploadId === null) bodies.store(key, receipt);
      else bodies.storePart(uploadId, partNumber, receipt);
      response.writeHead(200, { etag: `"${"0".repeat(32)}"` }).end();
      return;
    }
    case "POST": {
      if (searchParams.has("delete")) {
        xml(response, "DeleteResult", deletedOf(await text(request)));
        return;
      }
      await bodies.receive(request);
      if (uploadId === null && searchParams.has("uploads")) {
        const created = bodies.beginParts();
        xml(response, "InitiateMultipartUploadResult", `<UploadId>${created}</UploadId>`);
      } else {
        bodies.completeParts(uploadId ?? "", key);
        xml(response, "CompleteMultipartUploadResult", `<ETag>"${"0".repeat(32)}-2"</ETag>`);
      }
      return;
    }
    case "DELETE":
      if (uploadId !== null) bodies.dropParts(uploadId);
      response.writeHead(204).end();
      return;
    case undefined:
    default:
      response.writeHead(501).end();
  }
}

async function text(request: IncomingMessage): Promise<string> {
  let content = "";
  for await (const chunk of request.setEncoding("utf8")) content += chunk as string;
  return content;
}

/** What DeleteObjects says of keys that are gone; they are echoed as they were escaped. */
function deletedOf(document: string): string {
  const keys = document.matchAll(/<Key>[^<]*<\/Key>/g);
  return Array.from(keys, ([key]) => `<Deleted>${key}</Deleted>`).join("");
}

function control(bodies: SinkBodies, command: string, response: ServerResponse): void {
  if (command === "hash" || command === "discard") {
    bodies.keepsHashes = command === "hash";
    response.writeHead(204).end();
    return;
  }
  const receipt: Receipt | undefined = bodies.take(command.slice("object".length));
  response.writeHead(receipt === undefined ? 404 : 200, { "content-type": "application/json" });
  response.end(JSON.stringify({ byteLength: receipt?.byteLength, sha256: receipt?.sha256 }));
}

function xml(response: ServerResponse, root: string, content: string): void {
  const body = `<?xml version="1.0" encoding="UTF-8"?>\n<${root}>${content}</${root}>`;
  response.writeHead(200, { "content-type": "application/xml" }).end(body);
}
