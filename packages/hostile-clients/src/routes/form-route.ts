import type { IncomingMessage, RequestListener } from "node:http";
import { pipeline } from "node:stream/promises";

import {
  type FileUploadResult,
  type ImageCreate,
  type Input,
  InvalidInputError,
  type MediaScope,
} from "@repo/object-store";
import busboy from "busboy";

import { answerTo } from "./http-status.js";

type Store = (file: Input<ImageCreate>) => Promise<FileUploadResult>;

export function formRoute(
  scopeOf: (authorization: string | undefined) => MediaScope,
  maxBytes: number,
): RequestListener {
  return (request, response) => {
    const respond = async () => {
      const { images } = scopeOf(request.headers.authorization);
      const store: Store = (file) => images.upload(file);
      const { file, url } = await storeFirstFile(request, maxBytes, store);
      response.writeHead(201, { Location: url }).end(JSON.stringify({ id: file.id }));
    };
    respond().catch((error: unknown) => {
      const { status, body } = answerTo(error);
      response.writeHead(status).end(JSON.stringify(body));
    });
  };
}

/** Settles whatever comes: a file, no file, half a form or none at all. */
async function storeFirstFile(request: IncomingMessage, maxBytes: number, store: Store) {
  const parser = parserOf(request, maxBytes);
  try {
    return await new Promise<FileUploadResult>((resolve, reject) => {
      const refuse = (cause: unknown) => {
        reject(new InvalidInputError("The form cannot be read.", { cause }));
      };
      parser.once("file", (_field, body, { filename }) => {
        resolve(store({ body, filename }));
      });
      // An aborted request ends the parser and its part. A parser that fails leaves the request open.
      pipeline(request.iterator({ destroyOnReturn: false }), parser)
        .then(() => {
          reject(new InvalidInputError("The form has no file."));
        }, refuse)
        // The rest is thrown away: many clients read no answer before they have sent everything.
        .finally(() => request.on("data", () => undefined));
    });
  } finally {
    parser.destroy();
  }
}

function parserOf({ headers }: IncomingMessage, maxBytes: number) {
  const limits = { files: 1, fields: 100, fileSize: maxBytes + 1 };
  try {
    return busboy({ headers, limits, defParamCharset: "utf8" });
  } catch (cause) {
    throw new InvalidInputError("The request is no form with a file.", { cause });
  }
}
