import { afterAll, beforeAll, describe, it } from "@jest/globals";
import { HTTP_DIALECT, registerContract, SDK_DIALECTS } from "@repo/s3-contract";

import { startTestServer, type TestServer } from "./support/test-server.js";

let server: TestServer;
beforeAll(async () => {
  server = await startTestServer();
});
afterAll(() => server.stop());

registerContract({
  runner: { describe, it },
  target: {
    name: "local-s3",
    server: () => server,
    async restart() {
      const { dataDir, port } = server;
      await server.close();
      server = await startTestServer({ dataDir, port });
    },
    protect(_client, bucket, key) {
      const fault = server.faults.add({
        match: (request) => request.bucket === bucket,
        fault: { type: "deleteErrors", keys: [key] },
      });
      return Promise.resolve(() => {
        fault.remove();
        return Promise.resolve();
      });
    },
  },
  dialects: [...SDK_DIALECTS, ...HTTP_DIALECT],
});
