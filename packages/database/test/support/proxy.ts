import { once } from "node:events";
import { type AddressInfo, connect, createServer, type Socket } from "node:net";

/** A TCP proxy before PostgreSQL that can stop to carry anything, as a dead network does. */
export interface Proxy {
  readonly url: string;
  /** Wait until no client is connected any more. */
  unused(): Promise<void>;
  freeze(): void;
  close(): Promise<void>;
}

export async function startProxy(target: string): Promise<Proxy> {
  const { hostname, port } = new URL(target);
  const clients = new Set<Socket>();
  let frozen = false;
  const server = createServer((client) => {
    const upstream = connect(Number(port), hostname);
    clients.add(client.on("close", () => clients.delete(client) && upstream.destroy()));
    upstream.on("close", () => client.destroy());
    for (const [from, to] of [
      [client, upstream],
      [upstream, client],
    ] as const) {
      from.on("error", () => to.destroy());
      from.on("data", (bytes) => frozen || to.write(bytes));
    }
  });
  server.listen(0, "127.0.0.1");
  await once(server, "listening");
  const url = new URL(target);
  url.port = String((server.address() as AddressInfo).port);
  return {
    url: url.href,
    async unused() {
      for (const client of clients) if (!client.closed) await once(client, "close");
    },
    freeze() {
      frozen = true;
    },
    async close() {
      for (const client of clients) client.destroy();
      server.close();
      await once(server, "close");
    },
  };
}
