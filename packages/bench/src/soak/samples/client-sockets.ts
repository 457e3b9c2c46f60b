import { subscribe, unsubscribe } from "node:diagnostics_channel";
import type { Socket } from "node:net";

/** Node publishes every socket on it that connects to a server, before it is connected. */
const CHANNEL = "net.client.socket";

/** The connections of this process to one port, idle ones included; only those made from now on. */
export class ClientSockets {
  readonly #port: number;
  readonly #sockets = new Set<Socket>();

  constructor(port: number) {
    this.#port = port;
    subscribe(CHANNEL, this.#onSocket);
  }

  get connected(): number {
    return [...this.#sockets].filter(({ remotePort }) => remotePort === this.#port).length;
  }

  close(): void {
    unsubscribe(CHANNEL, this.#onSocket);
  }

  readonly #onSocket = (message: unknown): void => {
    const { socket } = message as { socket: Socket };
    this.#sockets.add(socket);
    socket.once("close", () => this.#sockets.delete(socket));
  };
}
