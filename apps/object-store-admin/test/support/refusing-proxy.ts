import { once } from "node:events";
import { createServer } from "node:http";
import type { AddressInfo } from "node:net";

/** A proxy that connects to nothing, and remembers what it was asked for. */
export async function refusingProxy(): Promise<{
  url: string;
  hosts: string[];
  close(): Promise<void>;
}> {
  const hosts: string[] = [];
  const server = createServer().on("connect", (request, socket) => {
    hosts.push(request.url ?? "");
    socket.end("HTTP/1.1 502 Bad Gateway\r\n\r\n");
  });
  await once(server.listen(0, "127.0.0.1"), "listening");
  return {
    url: `http://127.0.0.1:${(server.address() as AddressInfo).port}`,
    hosts,
    async close() {
      server.close();
      await once(server, "close");
    },
  };
}
