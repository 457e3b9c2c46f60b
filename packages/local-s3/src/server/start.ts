import { createServer, type Server, type ServerResponse, type IncomingMessage } from "node:http";
import { type AddressInfo, type Socket } from "node:net";
import { type Duplex } from "node:stream";

import { type FaultInjector } from "../faults/fault.js";
import { FaultRules } from "../faults/fault-rules.js";
import { type LocalS3Options, readSettings, type Settings } from "../options.js";
import { FolderLock } from "../storage/folder-lock.js";
import { Store } from "../storage/store.js";
import { bucketsFolder } from "../storage/volume.js";
import { handleRequest } from "./request-handler.js";
import { refuseUnreadable } from "./unreadable-request.js";

/** A running server. */
export interface LocalS3 {
  /** `http://host:port`, to be used with path-style addressing. */
  readonly endpoint: string;
  readonly port: number;
  readonly region: string;
  readonly accessKeyId: string;
  readonly secretAccessKey: string;
  readonly faults: FaultInjector;
  /** Ends open connections, and frees the port and the data folder. */
  close(): Promise<void>;
}

/** A key of 1,024 bytes, each escaped, in the URL and in a copy source leaves room for the rest. */
const MAX_HEADER_BYTES = 32 * 1024;

/**
 * Starts a server on `options.dataDir`.
 *
 * @throws {TypeError} for invalid options
 * @throws {Error} when the folder cannot be used, another server has it (the message names its process
 *   id), or the port is taken (EADDRINUSE)
 */
export async function startLocalS3(options: LocalS3Options): Promise<LocalS3> {
  const settings = readSettings(options);
  // First of all: opening the store removes what nobody else is to be at work on.
  const lock = await FolderLock.take(bucketsFolder(settings.dataDir));
  try {
    return await serve(settings, lock);
  } catch (error) {
    await lock.release();
    throw error;
  }
}

async function serve(settings: Settings, lock: FolderLock): Promise<LocalS3> {
  const { accessKeyId, secretAccessKey, sessionToken, region } = settings;
  const store = await Store.open(settings.dataDir, settings.durable);
  for (const name of settings.buckets) {
    if (store.find(name) === undefined) await store.createBucket(name);
  }

  const faults = new FaultRules();
  const credentials = { accessKeyId, secretAccessKey, sessionToken, region };
  const services = { store, lock, credentials, faults, onError: settings.onError };
  const running = new Set<Promise<void>>();
  const exchanges = new WeakMap<Duplex, { message: IncomingMessage; response: ServerResponse }>();

  const onRequest = (message: IncomingMessage, response: ServerResponse): void => {
    exchanges.set(message.socket, { message, response });
    const task = handleRequest(message, response, services).finally(() => running.delete(task));
    running.add(task);
  };
  const server = createServer({ maxHeaderSize: MAX_HEADER_BYTES, requestTimeout: 0 }, onRequest);
  server.on("checkContinue", onRequest);
  server.on("clientError", (error, socket) => {
    const response = exchanges.get(socket)?.response;
    // Within another answer it could not be told from its body.
    if (response?.headersSent === true && !response.writableFinished) socket.destroy();
    else refuseUnreadable(error, socket);
  });
  server.maxConnections = settings.maxConnections;
  // A connection may be silent while the server itself is at work, but not otherwise.
  server.setTimeout(settings.idleTimeoutMs, (socket: Socket) => {
    const exchange = exchanges.get(socket);
    const working = exchange?.message.complete === true && !exchange.response.headersSent;
    if (!working) socket.destroy();
  });

  const port = await listen(server, settings);
  return {
    endpoint: `http://${settings.host.includes(":") ? `[${settings.host}]` : settings.host}:${port}`,
    port,
    region,
    accessKeyId,
    secretAccessKey,
    faults,
    async close() {
      const closed = new Promise((resolve) => server.close(resolve));
      server.closeAllConnections();
      await Promise.all([closed, ...running]);
      await lock.release();
    },
  };
}

function listen(server: Server, { port, host }: Settings): Promise<number> {
  return new Promise((resolve, reject) => {
    server.once("error", reject);
    server.listen(port, host, () => {
      server.off("error", reject);
      resolve((server.address() as AddressInfo).port);
    });
  });
}
