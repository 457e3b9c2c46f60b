import multipart from "@fastify/multipart";
import { answerTo, type Authenticate, MAX_PHOTO_BYTES } from "@repo/example-backend";
import { InvalidInputError, type MediaScope, type ObjectStoreProvider } from "@repo/object-store";
import fastify, { type FastifyError, type FastifyInstance, type FastifyRequest } from "fastify";

declare module "fastify" {
  interface FastifyRequest {
    /** What the user who asks may see. */
    scope: MediaScope;
  }
}

interface Options {
  store: ObjectStoreProvider;
  authenticate: Authenticate;
}

interface AppOptions extends Options {
  logger: boolean;
}

/** Milliseconds that requests have to end once the application closes. */
const GRACE_MS = 10_000;

/** Serves the photos of users. */
export async function photoApp(options: AppOptions): Promise<FastifyInstance> {
  const { store, authenticate, logger } = options;
  const app = fastify({ requestTimeout: 600_000, logger });
  const limits = { files: 1, fields: 100, fileSize: MAX_PHOTO_BYTES + 1 };
  await app.register(multipart, { limits });

  app.setErrorHandler<FastifyError>((error, request, reply) => {
    // Many clients read no answer before they have sent everything.
    request.raw.unpipe().resume();
    // Fastify's own, such as for a body that is no form.
    if (error.statusCode !== undefined && error.statusCode < 500) return reply.send(error);
    const { status, body } = answerTo(error);
    if (status >= 500) request.log.error(error);
    if (status === 401) reply.header("WWW-Authenticate", "Bearer");
    return reply.code(status).send(body);
  });

  app.get("/ready", async () => {
    await store.ready();
    return { ready: true };
  });
  await app.register(photos, { store, authenticate });

  let timer: NodeJS.Timeout | undefined;
  app.addHook("preClose", () => {
    timer = setTimeout(() => {
      // Uploads of these requests fail, and undo what they began.
      app.server.closeAllConnections();
    }, GRACE_MS);
    return Promise.resolve();
  });
  app.addHook("onClose", async () => {
    clearTimeout(timer);
    await store.close();
  });
  return app;
}

function photos(app: FastifyInstance, { store, authenticate }: Options, done: () => void): void {
  app.decorateRequest("scope");
  app.addHook("onRequest", async (request) => {
    request.scope = store.forUser(await authenticate(request.headers.authorization));
  });

  app.post("/photos", async (request, reply) => {
    const { file: body, filename } = await fileOf(request);
    const options = { variants: ["thumb"] };
    const { file: photo, url } = await request.scope.images.upload({ body, filename }, options);
    // The rest of the form: many clients read no answer before they have sent everything.
    request.raw.unpipe().resume();
    return reply.code(201).header("Location", `/photos/${photo.id}`).send({ photo, url });
  });

  app.get<{ Querystring: { cursor?: string; limit?: string } }>(
    "/photos",
    async ({ scope, query }) => {
      const { items, nextCursor } = await scope.images.list({
        cursor: query.cursor ?? null,
        limit: Number(query.limit ?? 50),
        withUrls: { variant: "thumb", fallback: "original" },
      });
      return { photos: items, nextCursor };
    },
  );

  app.get<OfPhoto>("/photos/:id", async ({ scope: { images }, params: { id } }) => {
    const [photo, { url }] = await Promise.all([images.get(id), images.url(id)]);
    return { photo, url };
  });

  app.get<OfPhoto>("/photos/:id/content", async ({ scope, params }, reply) => {
    const { stream, contentType, byteLength } = await scope.images.download(params.id);
    return reply
      .type(contentType)
      .header("Content-Length", byteLength)
      .header("X-Content-Type-Options", "nosniff")
      .send(stream);
  });

  app.delete<OfPhoto>("/photos/:id", async ({ scope, params }, reply) => {
    await scope.images.delete(params.id);
    return reply.code(204).send();
  });
  done();
}

interface OfPhoto {
  Params: { id: string };
}

async function fileOf(request: FastifyRequest) {
  const part = await request.file().catch((cause: unknown) => {
    throw new InvalidInputError("The form cannot be read.", { cause });
  });
  if (part === undefined) throw new InvalidInputError("The form has no file.");
  return part;
}
