import { rm } from "node:fs/promises";
import { promisify } from "node:util";

import {
  FileTooLargeError,
  fromPath,
  InvalidInputError,
  type MediaScope,
} from "@repo/object-store";
import express, { type ErrorRequestHandler, type Express } from "express";
import multer, { MulterError } from "multer";

import { answerTo } from "./http-status.js";

interface Options {
  scopeOf: (authorization: string | undefined) => MediaScope;
  maxBytes: number;
  /** With room for a file of every upload under way. */
  folder: string;
}

export function expressForms({ scopeOf, maxBytes, folder }: Options): Express {
  const limits = { files: 1, fields: 100, fileSize: maxBytes };
  const form = multer({ dest: folder, limits, defParamCharset: "utf8" });
  const receive = promisify(form.single("file"));

  const app = express();
  app.post("/images", async (request, response) => {
    // First: a stranger is not to fill the disk.
    const { images } = scopeOf(request.headers.authorization);
    await receive(request, response).catch((error: unknown) => {
      throw refusal(error, maxBytes);
    });
    if (request.file === undefined) throw new InvalidInputError("The form has no file.");
    const { path, originalname: filename } = request.file;
    let stored;
    try {
      stored = await images.upload({ body: fromPath(path), filename });
    } finally {
      await rm(path, { force: true });
    }
    const { file, url } = stored;
    response.status(201).location(url).json({ id: file.id });
  });

  const answerError: ErrorRequestHandler = (error: unknown, _request, response, _next) => {
    const { status, body } = answerTo(error);
    response.status(status).json(body);
  };
  return app.use(answerError);
}

function refusal(error: unknown, maxBytes: number): unknown {
  if (error instanceof MulterError && error.code === "LIMIT_FILE_SIZE") {
    return new FileTooLargeError(maxBytes);
  }
  // The disk's fault, not the form's.
  if (error instanceof Error && "errno" in error) return error;
  return new InvalidInputError("The form cannot be read.", { cause: error });
}
