import { once } from "node:events";
import { mkdtemp, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";

import { openBackend, printStart } from "@repo/example-backend";

import { closeApp } from "./close-app.js";
import { photoApp } from "./photo-app.js";

const port = Number(process.env["PORT"] ?? 3000);
const backend = await openBackend();
const folder = await mkdtemp(join(tmpdir(), "example-express-"));
const { store, tokens } = backend;
const { authenticate } = tokens;
const server = photoApp({ store, authenticate, folder, log: console.error });

process.once("SIGTERM", () => void end());
process.once("SIGINT", () => void end());
server.listen(port, "127.0.0.1");
await once(server, "listening");
printStart(`http://127.0.0.1:${port}`, backend);

async function end(): Promise<void> {
  await closeApp(server, store);
  await backend.close();
  await rm(folder, { recursive: true });
}
