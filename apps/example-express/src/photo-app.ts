import { createServer, type Server } from "node:http";
import { rm } from "node:fs/promises";
import { pipeline } from "node:stream/promises";
import { promisify } from "node:util";

import { answerTo, type Authenticate, MAX_PHOTO_BYTES } from "@repo/example-backend";
import {
  FileTooLargeError,
  fromPath,
  InvalidInputError,
  type MediaScope,
  type ObjectStoreProvider,
} from "@repo/object-store";
import express, { type ErrorRequestHandler, type RequestHandler } from "express";
import multer, { MulterError } from "multer";

interface Options {
  store: ObjectStoreProvider;
  authenticate: Authenticate;
  /** Where files wait while they are received. */
  folder: string;
  /** Takes the errors that are the server's. */
  log: (error: unknown) => void;
}

/** Serves the photos of users. */
export function photoApp({ store, authenticate, folder, log }: Options): Server {
  const app = express();

  app.get("/ready", async (_request, response) => {
    await store.ready();
    response.json({ ready: true });
  });

  app.use("/photos", scopeOfUser(store, authenticate));

  app.post("/photos", receiveFile(folder), async ({ file }, response) => {
    if (file === undefined) throw new InvalidInputError("The form has no file.");
    let stored;
    try {
      const input = { body: fromPath(file.path), filename: file.originalname };
      stored = await scopeOf(response).images.upload(input, { variants: ["thumb"] });
    } finally {
      await rm(file.path, { force: true });
    }
    const { file: photo, url } = stored;
    response.status(201).location(`/photos/${photo.id}`).json({ photo, url });
  });

  app.get("/photos", async ({ query }, response) => {
    const { items, nextCursor } = await scopeOf(response).images.list({
      cursor: typeof query["cursor"] === "string" ? query["cursor"] : null,
      limit: Number(query["limit"] ?? 50),
      withUrls: { variant: "thumb", fallback: "original" },
    });
    response.json({ photos: items, nextCursor });
  });

  app.get("/photos/:id", async ({ params }, response) => {
    const { images } = scopeOf(response);
    const [photo, { url }] = await Promise.all([images.get(params.id), images.url(params.id)]);
    response.json({ photo, url });
  });

  app.get("/photos/:id/content", async ({ params }, response) => {
    const { stream, contentType, byteLength } = await scopeOf(response).images.download(params.id);
    response.setHeader("Content-Type", contentType);
    response.setHeader("Content-Length", byteLength);
    response.setHeader("X-Content-Type-Options", "nosniff");
    await pipeline(stream, response);
  });

  app.delete("/photos/:id", async ({ params }, response) => {
    await scopeOf(response).images.delete(params.id);
    response.status(204).end();
  });

  app.use(errorHandler(log));
  return createServer({ requestTimeout: 600_000 }, app);
}

/** Lets pass who is signed in. It goes before the parser: a stranger is not to fill the disk. */
function scopeOfUser(store: ObjectStoreProvider, authenticate: Authenticate): RequestHandler {
  return async (request, response, next) => {
    const userId = await authenticate(request.headers.authorization);
    response.locals["scope"] = store.forUser(userId);
    next();
  };
}

function scopeOf({ locals }: { locals: Record<string, unknown> }): MediaScope {
  return locals["scope"] as MediaScope;
}

function receiveFile(folder: string): RequestHandler {
  const limits = { files: 1, fields: 100, fileSize: MAX_PHOTO_BYTES };
  const form = multer({ dest: folder, limits, defParamCharset: "utf8" });
  const receive = promisify(form.single("file"));
  return async (request, response, next) => {
    await receive(request, response).catch((error: unknown) => {
      throw refusal(error);
    });
    next();
  };
}

function refusal(error: unknown): unknown {
  if (error instanceof MulterError && error.code === "LIMIT_FILE_SIZE") {
    return new FileTooLargeError(MAX_PHOTO_BYTES);
  }
  // The disk's fault, not the form's.
  if (error instanceof Error && "errno" in error) return error;
  return new InvalidInputError("The form cannot be read.", { cause: error });
}

function errorHandler(log: Options["log"]): ErrorRequestHandler {
  return (error: unknown, request, response, _next) => {
    const { status, body } = answerTo(error);
    if (status >= 500) log(error);
    // The client has gone, or half a file was sent: an answer would not be one.
    if (response.headersSent) {
      response.destroy();
      return;
    }
    // Many clients read no answer before they have sent everything.
    request.resume();
    if (status === 401) response.setHeader("WWW-Authenticate", "Bearer");
    response.status(status).json(body);
  };
}
