import { request as httpRequest } from "node:http";

import { type LocalS3 } from "../../src/index.js";
import { type Signable, type SigningOptions, signRequest } from "./signer.js";

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
  readonly headers?: Readonly<Record<string, string | readonly string[]>>;
  readonly body?: string | Buffer | undefined;
}

/** Sends a request byte for byte as given, unlike `fetch`, which normalises paths. */
export function sendRaw(server: LocalS3, request: RawRequest): Promise<Reply> {
  const { method, path, query, headers = {}, body = "" } = request;
  const length = Buffer.byteLength(body);
  return new Promise((resolve, reject) => {
    const outgoing = httpRequest(
      {
        host: "127.0.0.1",
        port: server.port,
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
  server: LocalS3,
  request: RawRequest,
  options: SigningOptions & { sent?: Partial<RawRequest> } = {},
): Promise<Reply> {
  const { sent, ...signing } = options;
  const { headers } = signRequest(signable(server, request), signing);
  return sendRaw(server, {
    ...request,
    ...sent,
    headers: { ...headers, ...sent?.headers },
  });
}

export function hostOf(server: LocalS3): string {
  return `127.0.0.1:${server.port}`;
}

function signable(server: LocalS3, request: RawRequest): Signable {
  const { method, path, query, headers, body } = request;
  return {
    method,
    host: hostOf(server),
    path,
    ...(query === undefined ? {} : { query }),
    ...(headers === undefined ? {} : { headers: headers as Record<string, string> }),
    ...(body === undefined ? {} : { body }),
  };
}
