import { once } from "node:events";
import { createServer } from "node:http";
import { type AddressInfo } from "node:net";

/** Knows buckets and their emptiness only: enough for checks that ask nothing of the server. */
export async function startBucketServer() {
  const buckets = new Set<string>();
  const server = createServer((request, response) => {
    const bucket = new URL(request.url ?? "", "http://server").pathname.split("/")[1] ?? "";
    if (request.method === "PUT") buckets.add(bucket);
    if (request.method === "DELETE") buckets.delete(bucket);
    request.resume();
    response.writeHead(request.method === "DELETE" ? 204 : 200, {
      "content-type": "application/xml",
    });
    response.end(request.method === "GET" ? "<ListBucketResult></ListBucketResult>" : "");
  });
  server.listen(0, "127.0.0.1");
  await once(server, "listening");
  const { port } = server.address() as AddressInfo;
  return {
    address: {
      endpoint: `http://127.0.0.1:${port}`,
      region: "us-east-1",
      accessKeyId: "key",
      secretAccessKey: "secret",
    },
    buckets: () => [...buckets],
    async close() {
      server.closeAllConnections();
      server.close();
      await once(server, "close");
    },
  };
}
