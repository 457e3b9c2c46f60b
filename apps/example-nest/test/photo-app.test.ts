import "reflect-metadata";

import { mkdtemp, readdir, rmdir } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";

import { afterAll, beforeAll, expect, it } from "@jest/globals";
import { NestFactory } from "@nestjs/core";
import { registerContract } from "@repo/example-backend/contract";

import { PhotoAppModule } from "../src/photo-app.module.js";

let folder = "";

beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), "example-nest-"));
});

afterAll(async () => {
  await rmdir(folder);
});

registerContract({ it }, async (store, authenticate) => {
  const module = PhotoAppModule.with({ store, authenticate, folder });
  const app = await NestFactory.create(module, { logger: false });
  await app.listen(0, "127.0.0.1");
  return {
    origin: await app.getUrl(),
    async close() {
      await app.close();
      expect(await readdir(folder)).toEqual([]);
    },
  };
});
