import { once } from "node:events";
import http from "node:http";
import { type AddressInfo } from "node:net";

/** A request as it arrived; `complete` tells whether the whole announced body came. */
export interface SeenRequest {
  method: string;
  url: string;
  headers: http.IncomingHttpHeaders;
  body: Buffer;
  complete: boolean;
}

export type Reply = (request: http.IncomingMessage, response: http.ServerResponse) => void;

/** Wraps a reply so that it is given only when the request's body has arrived. */
export function afterBody(reply: Reply): Reply {
  return (request, response) => {
    request.once("end", () => {
      reply(request, response);
    });
  };
}

export function respond(
  status: number,
  headers: http.OutgoingHttpHeaders = {},
  body: string | Buffer = "",
): Reply {
  return afterBody((_request, response) => {
    response.writeHead(status, { "content-length": Buffer.byteLength(body), ...headers }).end(body);
  });
}

export function respondError(status: number, code: string): Reply {
  return respond(
    status,
    { "content-type": "application/xml", "x-amz-request-id": "REQ1" },
    `<?xml version="1.0" encoding="UTF-8"?><Error><Code>${code}</Code><Message>m</Message></Error>`,
  );
}

export function respondXml(xml: string): Reply {
  return respond(200, { "content-type": "application/xml" }, xml);
}

/** Takes the whole request and resets the connection: the caller cannot know what was done. */
export const loseResponse: Reply = afterBody((request) => {
  request.socket.resetAndDestroy();
});

export const hang: Reply = () => undefined;

/**
 * An HTTP server that gives one scripted reply after the other, the last one for ever, and records
 * what it saw.
 */
export class ScriptedServer {
  readonly seen: SeenRequest[] = [];
  connections = 0;
  readonly #server: http.Server;
  #requestsClosed = 0;
  #connectionsClosed = 0;

  private constructor(replies: readonly Reply[]) {
    let turn = 0;
    this.#server = http.createServer((request, response) => {
      const chunks: Buffer[] = [];
      request.on("data", (chunk: Buffer) => chunks.push(chunk));
      const seen = {
        method: request.method ?? "",
        url: request.url ?? "",
        headers: request.headers,
        body: Buffer.alloc(0),
        complete: false,
      };
      this.seen.push(seen);
      request.on("error", () => undefined);
      let closed = false;
      const onClose = (): void => {
        if (closed) return;
        closed = true;
        seen.body = Buffer.concat(chunks);
        seen.complete = request.complete;
        this.#requestsClosed += 1;
        this.#server.emit("request-closed");
      };
      // A request that was answered before its end is closed by its socket only.
      request.once("close", onClose);
      request.socket.once("close", onClose);
      const reply = replies[Math.min(turn, replies.length - 1)];
      turn += 1;
      reply?.(request, response);
    });
    this.#server.on("connection", (socket) => {
      this.connections += 1;
      socket.once("close", () => {
        this.#connectionsClosed += 1;
        this.#server.emit("connection-closed");
      });
    });
  }

  static async start(...replies: Reply[]): Promise<ScriptedServer> {
    const server = new ScriptedServer(replies);
    server.#server.listen(0, "127.0.0.1");
    await once(server.#server, "listening");
    return server;
  }

  get endpoint(): string {
    return `http://127.0.0.1:${(this.#server.address() as AddressInfo).port}`;
  }

  /** Resolves when the bodies of that many requests have ended or were cut. */
  async requestsClosed(count: number): Promise<void> {
    while (this.#requestsClosed < count) await once(this.#server, "request-closed");
  }

  /** Resolves when that many connections have ended, by either side. */
  async connectionsClosed(count: number): Promise<void> {
    while (this.#connectionsClosed < count) await once(this.#server, "connection-closed");
  }

  stopListening(): void {
    this.#server.close();
  }

  async close(): Promise<void> {
    this.#server.closeAllConnections();
    if (!this.#server.listening) return;
    this.#server.close();
    await once(this.#server, "close");
  }
}
