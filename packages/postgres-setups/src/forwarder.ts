import { once } from "node:events";
import { type AddressInfo, connect, createServer, type Socket } from "node:net";

/** A TCP port on 127.0.0.1 whose connections go to another port there. */
export interface Forwarder {
  readonly port: number;
  /** Sends new connections to `target`; they wait for it. Those that are open stay where they are. */
  switchTo(target: Promise<number>): void;
  /** Cuts all connections. */
  close(): Promise<void>;
}

const HOST = "127.0.0.1";

export async function startForwarder(firstTarget: number): Promise<Forwarder> {
  let target = Promise.resolve(firstTarget);
  const sockets = new Set<Socket>();
  const track = (socket: Socket, peer: () => Socket | undefined): void => {
    sockets.add(socket);
    socket.on("error", () => peer()?.destroy()).on("close", () => sockets.delete(socket));
  };
  const server = createServer((client) => {
    let upstream: Socket | undefined;
    track(client, () => upstream);
    target.then(
      (port) => {
        if (client.destroyed) return;
        upstream = connect(port, HOST);
        track(upstream, () => client);
        // Piped, so that a server's last words arrive before its end does.
        client.pipe(upstream).pipe(client);
      },
      () => client.destroy(),
    );
  });
  server.listen(0, HOST);
  await once(server, "listening");
  return {
    port: (server.address() as AddressInfo).port,
    switchTo(next) {
      target = next;
    },
    async close() {
      server.close();
      for (const socket of sockets) socket.destroy();
      await once(server, "close");
    },
  };
}
