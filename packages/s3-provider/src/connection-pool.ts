import http from "node:http";
import https from "node:https";
import { type Duplex } from "node:stream";

export interface ConnectionPoolOptions {
  connectTimeoutMs: number;
  maxSockets: number;
}

/**
 * Idle connections are closed before common servers do (Node: 5 s), so that a stream, which cannot
 * be sent twice, rarely meets a connection that the server is just closing.
 */
const IDLE_CONNECTION_MS = 4_000;

/**
 * Keep-alive agents that bound the connection attempt alone. The SDK's `connectionTimeout` counts
 * the wait for a free socket as well, which fails healthy requests whenever the pool is busy.
 */
export class ConnectionPool {
  readonly httpAgent: http.Agent;
  readonly httpsAgent: https.Agent;

  constructor({ connectTimeoutMs, maxSockets }: ConnectionPoolOptions) {
    const settings = { keepAlive: true, maxSockets, timeout: IDLE_CONNECTION_MS };
    this.httpAgent = new HttpAgent(settings, connectTimeoutMs);
    this.httpsAgent = new HttpsAgent(settings, connectTimeoutMs);
  }

  destroy(): void {
    this.httpAgent.destroy();
    this.httpsAgent.destroy();
  }
}

class HttpAgent extends http.Agent {
  readonly #connectTimeoutMs: number;

  constructor(options: http.AgentOptions, connectTimeoutMs: number) {
    super(options);
    this.#connectTimeoutMs = connectTimeoutMs;
  }

  override createConnection(...args: Parameters<http.Agent["createConnection"]>) {
    const socket = super.createConnection(...args);
    boundConnect(socket, "connect", this.#connectTimeoutMs);
    return socket;
  }
}

class HttpsAgent extends https.Agent {
  readonly #connectTimeoutMs: number;

  constructor(options: https.AgentOptions, connectTimeoutMs: number) {
    super(options);
    this.#connectTimeoutMs = connectTimeoutMs;
  }

  override createConnection(...args: Parameters<https.Agent["createConnection"]>) {
    const socket = super.createConnection(...args);
    boundConnect(socket, "secureConnect", this.#connectTimeoutMs);
    return socket;
  }
}

function boundConnect(
  socket: Duplex | null | undefined,
  established: "connect" | "secureConnect",
  timeoutMs: number,
): void {
  if (!socket) return;
  const timer = setTimeout(() => {
    const error = new Error(`no connection within ${timeoutMs} ms`);
    socket.destroy(Object.assign(error, { code: "ETIMEDOUT", syscall: "connect" }));
  }, timeoutMs);
  const settled = (): void => {
    clearTimeout(timer);
  };
  socket.once(established, settled).once("close", settled);
}
