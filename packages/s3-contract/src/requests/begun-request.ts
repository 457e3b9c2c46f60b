import { connect, type Socket } from "node:net";

import { type S3Server } from "../server.js";
import { type Signable, signRequest } from "./signer.js";

/**
 * Sends the head of a signed request and, of its body, `start` only, over a connection of its own.
 * The rest is up to the caller, as is the end of the connection.
 */
export async function beginRequest(
  server: S3Server,
  request: Signable,
  start: string | Buffer = "",
): Promise<Socket> {
  const { headers } = signRequest(server, request, { payloadHash: "UNSIGNED-PAYLOAD" });
  const { hostname, port } = new URL(server.endpoint);
  const socket = connect(Number(port), hostname);
  socket.on("error", () => {
    socket.destroy();
  });
  await new Promise((resolve) => socket.once("connect", resolve));
  const lines = Object.entries(headers).map(([name, value]) => `${name}: ${value}\r\n`);
  const target = request.query === undefined ? request.path : `${request.path}?${request.query}`;
  socket.write(`${request.method} ${target} HTTP/1.1\r\n${lines.join("")}\r\n`);
  socket.write(start);
  return socket;
}
