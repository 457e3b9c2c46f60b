import multipart from "@fastify/multipart";
import { InvalidInputError, type MediaScope } from "@repo/object-store";
import type { FastifyError, FastifyInstance } from "fastify";

import { answerTo } from "./http-status.js";

interface Options {
  scopeOf: (authorization: string | undefined) => MediaScope;
  maxBytes: number;
}

export async function fastifyForms(app: FastifyInstance, { scopeOf, maxBytes }: Options) {
  await app.register(multipart, { limits: { files: 1, fields: 100, fileSize: maxBytes + 1 } });

  app.post("/images", async (request, reply) => {
    const { images } = scopeOf(request.headers.authorization);
    try {
      const part = await request.file().catch((cause: unknown) => {
        throw new InvalidInputError("The form cannot be read.", { cause });
      });
      if (part === undefined) throw new InvalidInputError("The form has no file.");
      const { file, url } = await images.upload({ body: part.file, filename: part.filename });
      return await reply.code(201).header("Location", url).send({ id: file.id });
    } finally {
      // The rest is thrown away: many clients read no answer before they have sent everything.
      request.raw.unpipe().resume();
    }
  });

  app.setErrorHandler<FastifyError>((error, _request, reply) => {
    // Fastify's own, such as for a body that is no form.
    if (error.statusCode !== undefined && error.statusCode < 500) return reply.send(error);
    const { status, body } = answerTo(error);
    return reply.code(status).send(body);
  });
}
