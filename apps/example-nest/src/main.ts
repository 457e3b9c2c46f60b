import "reflect-metadata";

import { mkdtemp, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";

import { NestFactory } from "@nestjs/core";
import { openBackend, printStart } from "@repo/example-backend";

import { PhotoAppModule } from "./photo-app.module.js";

const port = Number(process.env["PORT"] ?? 3000);
const backend = await openBackend();
const folder = await mkdtemp(join(tmpdir(), "example-nest-"));
const { store, tokens } = backend;
const module = PhotoAppModule.with({ store, authenticate: tokens.authenticate, folder });
const app = await NestFactory.create(module);

process.once("SIGTERM", () => void end());
process.once("SIGINT", () => void end());
await app.listen(port, "127.0.0.1");
printStart(`http://127.0.0.1:${port}`, backend);

async function end(): Promise<void> {
  await app.close();
  await backend.close();
  await rm(folder, { recursive: true });
}
