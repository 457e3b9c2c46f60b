import { openBackend, printStart } from "@repo/example-backend";

import { photoApp } from "./photo-app.js";

const port = Number(process.env["PORT"] ?? 3000);
const backend = await openBackend();
const { store, tokens } = backend;
const app = await photoApp({ store, authenticate: tokens.authenticate, logger: true });
app.addHook("onClose", () => backend.close());

process.once("SIGTERM", () => void app.close());
process.once("SIGINT", () => void app.close());
printStart(await app.listen({ port, host: "127.0.0.1" }), backend);
