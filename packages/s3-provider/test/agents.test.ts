import { once } from "node:events";
import http from "node:http";
import https from "node:https";
import { type AddressInfo, connect, type Socket } from "node:net";

import { describe, expect, it } from "@jest/globals";
import { HttpsProxyAgent } from "https-proxy-agent";

import { testResources } from "./support/resources.js";
import { respond } from "./support/scripted-server.js";
import { TLS_CERTIFICATE, TLS_KEY } from "./support/tls-identity.js";

const { defer, provider, scripted } = testResources();

const PUT = { key: "k", body: Buffer.from("bytes"), byteLength: 5, contentType: "image/png" };
const STORED = respond(200, { etag: '"e"' });

/** A proxy that tunnels by CONNECT (RFC 9110, 9.3.6), and records where to. */
async function startProxy(): Promise<{ url: string; tunnels: string[] }> {
  const tunnels: string[] = [];
  const sockets: Socket[] = [];
  const proxy = http.createServer((_request, response) => {
    response.writeHead(405).end();
  });
  proxy.on("connect", (request: http.IncomingMessage, client: Socket) => {
    const target = request.url ?? "";
    tunnels.push(target);
    const { hostname, port } = new URL(`http://${target}`);
    const server = connect(Number(port), hostname, () => {
      client.write("HTTP/1.1 200 Connection established\r\n\r\n");
      server.pipe(client).pipe(server);
    });
    sockets.push(client, server);
    for (const socket of [client, server]) socket.on("error", () => undefined);
  });
  defer(() => {
    for (const socket of sockets) socket.destroy();
    proxy.close();
  });
  return { url: await listening(proxy), tunnels };
}

/** An S3 whose certificate no public authority has signed. */
async function startTlsServer(): Promise<string> {
  const identity = { key: TLS_KEY, cert: TLS_CERTIFICATE };
  const server = https.createServer(identity, (request, response) => {
    STORED(request.resume(), response);
  });
  defer(() => {
    server.closeAllConnections();
    server.close();
  });
  return (await listening(server)).replace("http:", "https:");
}

async function listening(server: http.Server | https.Server): Promise<string> {
  server.listen(0, "127.0.0.1");
  await once(server, "listening");
  return `http://127.0.0.1:${(server.address() as AddressInfo).port}`;
}

function opened<Agent extends http.Agent>(agent: Agent): Agent {
  defer(() => {
    agent.destroy();
  });
  return agent;
}

describe("agents of the caller", () => {
  it("reach the server through a proxy", async () => {
    const proxy = await startProxy();
    const { server } = await scripted([STORED]);
    const agent = opened(new HttpsProxyAgent(proxy.url));
    const s3 = provider(server.endpoint, { agents: { http: agent } });

    await s3.put(PUT);

    expect(server.seen).toMatchObject([{ method: "PUT", url: "/media/k?x-id=PutObject" }]);
    expect(proxy.tunnels).toEqual([new URL(server.endpoint).host]);
  });

  it("trust certificate authorities of the caller's, which are not trusted otherwise", async () => {
    const endpoint = await startTlsServer();
    const agent = opened(new https.Agent({ ca: TLS_CERTIFICATE }));

    await expect(provider(endpoint, { maxAttempts: 1 }).put(PUT)).rejects.toMatchObject({
      cause: expect.objectContaining({ code: "DEPTH_ZERO_SELF_SIGNED_CERT" }),
    });
    await expect(provider(endpoint, { agents: { https: agent } }).put(PUT)).resolves.toMatchObject({
      etag: '"e"',
    });
  });

  it("do both at once", async () => {
    const endpoint = await startTlsServer();
    const proxy = await startProxy();
    const agent = opened(new HttpsProxyAgent(proxy.url));
    // Those of its constructor are for a proxy that speaks TLS itself.
    Object.assign(agent.options, { ca: TLS_CERTIFICATE });

    await provider(endpoint, { agents: { https: agent } }).put(PUT);

    expect(proxy.tunnels).toEqual([new URL(endpoint).host]);
  });

  it("stay open when the provider is destroyed", async () => {
    const { server } = await scripted([STORED]);
    const agent = opened(new http.Agent({ keepAlive: true }));
    const first = provider(server.endpoint, { agents: { http: agent } });

    await first.put(PUT);
    first.destroy();
    await provider(server.endpoint, { agents: { http: agent } }).put(PUT);

    expect(server.connections).toBe(1);
  });
});
