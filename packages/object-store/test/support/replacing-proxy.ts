import { once } from "node:events";
import http from "node:http";
import type { AddressInfo } from "node:net";

/** What is answered with a 200 in place of S3. */
export interface Answer {
  headers: Record<string, string>;
  body: string;
}

interface Replacement {
  operation: string;
  answer: Answer;
  /** Whether the server carries the request out before. */
  isCarriedOut: boolean;
}

/** Stands before an S3 server, and replaces its answers to one operation. */
export class ReplacingProxy {
  /** Undefined while the answers are those of the server. */
  replacement: Replacement | undefined;
  /** Answers that were replaced. */
  replaced = 0;
  readonly #target: URL;
  readonly #server = http.createServer((request, response) => {
    this.#handle(request, response);
  });

  private constructor(target: string) {
    this.#target = new URL(target);
  }

  static async start(target: string): Promise<ReplacingProxy> {
    const proxy = new ReplacingProxy(target);
    proxy.#server.listen(0, "127.0.0.1");
    await once(proxy.#server, "listening");
    return proxy;
  }

  get endpoint(): string {
    return `http://127.0.0.1:${(this.#server.address() as AddressInfo).port}`;
  }

  async close(): Promise<void> {
    this.#server.closeAllConnections();
    this.#server.close();
    await once(this.#server, "close");
  }

  #handle(request: http.IncomingMessage, response: http.ServerResponse): void {
    const { replacement } = this;
    if (replacement === undefined || replacement.operation !== operationOf(request)) {
      this.#forward(request, response, (answer) => {
        response.writeHead(answer.statusCode ?? 500, answer.headers);
        answer.pipe(response);
      });
      return;
    }
    const { answer, isCarriedOut } = replacement;
    const replace = (): void => {
      const length = { "content-length": Buffer.byteLength(answer.body) };
      this.replaced += 1;
      response.writeHead(200, { ...answer.headers, ...length }).end(answer.body);
    };
    if (isCarriedOut)
      this.#forward(request, response, (real) => real.resume().once("end", replace));
    else request.resume().once("end", replace);
  }

  #forward(
    request: http.IncomingMessage,
    response: http.ServerResponse,
    onAnswer: (answer: http.IncomingMessage) => void,
  ): void {
    const { hostname, port } = this.#target;
    const { method, url: path, headers } = request;
    const target = { hostname, port, method, path, headers };
    const forwarded = http.request(target, onAnswer);
    forwarded.once("error", () => response.destroy());
    request.pipe(forwarded);
  }
}

/** The name of an operation in the API of S3. */
function operationOf({ method, url = "", headers }: http.IncomingMessage): string {
  const query = new URL(url, "http://s3").searchParams;
  const named = BY_QUERY.find(([of, name]) => of === method && query.has(name));
  if (named !== undefined) return named[2];
  if (method === "PUT") return "x-amz-copy-source" in headers ? "CopyObject" : "PutObject";
  return `${{ GET: "Get", HEAD: "Head", DELETE: "Delete" }[method ?? ""]}Object`;
}

const BY_QUERY = [
  ["GET", "list-type", "ListObjectsV2"],
  ["GET", "uploads", "ListMultipartUploads"],
  ["GET", "uploadId", "ListParts"],
  ["POST", "uploads", "CreateMultipartUpload"],
  ["POST", "uploadId", "CompleteMultipartUpload"],
  ["POST", "delete", "DeleteObjects"],
  ["PUT", "partNumber", "UploadPart"],
  ["DELETE", "uploadId", "AbortMultipartUpload"],
] as const;
