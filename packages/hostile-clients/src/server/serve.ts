import { once } from "node:events";
import { createServer, type Server } from "node:http";
import type { AddressInfo } from "node:net";

import { createDatabase } from "@repo/database";
import { type MediaScope, objectStoreProvider } from "@repo/object-store";
import { S3Provider } from "@repo/s3-provider";
import fastify from "fastify";

import type { Job } from "../messages.js";
import { expressForms } from "../routes/express-forms.js";
import { fastifyForms } from "../routes/fastify-forms.js";
import { formRoute } from "../routes/form-route.js";
import { type Parser, SETTINGS } from "../settings.js";

const { maxBytes, requestTimeoutSeconds, ...TIMES } = SETTINGS;
const requestTimeout = 1000 * requestTimeoutSeconds;
const HTTP = { requestTimeout, headersTimeout: requestTimeout, connectionsCheckingInterval: 500 };

/** Serves a route of each parser over one store, and gives their ports. */
export async function serve(job: Job): Promise<Record<Parser, number>> {
  const database = createDatabase({ url: job.databaseUrl });
  const s3 = new S3Provider({ bucket: job.bucket, client: job.s3 });
  const store = objectStoreProvider({ database, s3, maxBytes, ...TIMES });
  const scopeOf = (): MediaScope => store.forUser(job.userId);

  const app = fastify({ requestTimeout, http: HTTP });
  await app.register(fastifyForms, { scopeOf, maxBytes });
  await app.ready();
  return {
    busboy: await portOf(createServer(HTTP, formRoute(scopeOf, maxBytes))),
    fastify: await portOf(app.server),
    multer: await portOf(
      createServer(HTTP, expressForms({ scopeOf, maxBytes, folder: job.folder })),
    ),
  };
}

async function portOf(server: Server): Promise<number> {
  server.listen(0, "127.0.0.1");
  await once(server, "listening");
  return (server.address() as AddressInfo).port;
}
