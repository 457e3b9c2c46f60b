import { request as httpRequest } from "node:http";

import { type S3Server } from "../server.js";
import { type SigningOptions, signRequest } from "./signer.js";

export interface Reply {
  readonly status: number;
  readonly headers: Readonly<Record<string, string>>;
  readonly body: Buffer;
  readonly text: string;
  /** The `Code` of an error document. */
  readonly code: string | undefined;
}

export interface RawRequest {
  readonly method: string;
  /** Sent as it is: neither encoded nor normalised. */
  readonly path: string;
  readonly query?: string | undefined;
  readonly headers?: Readonly<Record<string, string | readonly string[]>> | undefined;
  readonly body?: string | Buffer | undefined;
}

/** Sends a request byte for byte as given, unlike `fetch`, which normalises paths. */
export function sendRaw(server: Pick<S3Server, "endpoint">, request: RawRequest): Promise<Reply> {
  const { method, path, query, headers = {}, body = "" } = request;
  const { hostname, port } = new URL(server.endpoint);
  const length = Buffer.byteLength(body);
  return new Promise((resolve, reject) => {
    const outgoing = httpRequest(
      {
        host: hostname,
        port,
        method,
        path: query === undefined || query === "" ? path : `${path}?${query}`,
        headers: {
          ...(length > 0 || method === "PUT" || method === "POST"
            ? { "content-length": String(length) }
            : {}),
          ...(headers as Record<string, string>),
        },
        agent: false,
      },
      (response) => {
        const chunks: Buffer[] = [];
        response.on("data", (chunk: Buffer) => chunks.push(chunk));
        response.on("error", reject);
        response.on("end", () => {
          const content = Buffer.concat(chunks);
          const text = content.toString("utf8");
          resolve({
            status: response.statusCode ?? 0,
            headers: response.headers as Record<string, string>,
            body: content,
            text,
            code: /<Code>(\w+)<\/Code>/.exec(text)?.[1],
          });
        });
      },
    );
    outgoing.on("error", reject);
    outgoing.end(body);
  });
}

/** Signs a request in its header and sends it. `sent` replaces parts of it after signing. */
export function send(
  server: S3Server,
  request: RawRequest,
  options: SigningOptions & { sent?: Partial<RawRequest> } = {},
): Promise<Reply> {
  const { sent, ...signing } = options;
  const signable = { ...request, headers: request.headers as Record<string, string> | undefined };
  const { headers } = signRequest(server, signable, signing);
  return sendRaw(server, {
    ...request,
    ...sent,
    headers: { ...headers, ...sent?.headers },
  });
}
