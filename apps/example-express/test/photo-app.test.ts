import { once } from "node:events";
import { mkdtemp, readdir, rmdir } from "node:fs/promises";
import type { AddressInfo } from "node:net";
import { tmpdir } from "node:os";
import { join } from "node:path";

import { afterAll, beforeAll, expect, it } from "@jest/globals";
import { registerContract } from "@repo/example-backend/contract";

import { closeApp } from "../src/close-app.js";
import { photoApp } from "../src/photo-app.js";

let folder = "";

beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), "example-express-"));
});

afterAll(async () => {
  await rmdir(folder);
});

registerContract({ it }, async (store, authenticate) => {
  const server = photoApp({ store, authenticate, folder, log: () => undefined });
  server.listen(0, "127.0.0.1");
  await once(server, "listening");
  return {
    origin: `http://127.0.0.1:${(server.address() as AddressInfo).port}`,
    async close() {
      await closeApp(server, store);
      expect(await readdir(folder)).toEqual([]);
    },
  };
});
