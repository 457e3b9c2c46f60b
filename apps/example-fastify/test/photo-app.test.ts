import { it } from "@jest/globals";
import { registerContract } from "@repo/example-backend/contract";

import { photoApp } from "../src/photo-app.js";

registerContract({ it }, async (store, authenticate) => {
  const app = await photoApp({ store, authenticate, logger: false });
  const origin = await app.listen({ port: 0, host: "127.0.0.1" });
  return { origin, close: () => app.close() };
});
