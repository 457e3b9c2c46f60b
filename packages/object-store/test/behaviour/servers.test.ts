import { Transaction } from "sequelize";

import { openHarness } from "../support/harness.js";
import { describeBehaviour } from "./behaviour.js";

// TEST_S3_ENDPOINT and its companions put another S3 server in the place of local-s3.
describeBehaviour("the store over PostgreSQL and S3", async () => {
  const harness = await openHarness();
  const isolationLevel = Transaction.ISOLATION_LEVELS.READ_COMMITTED;
  return {
    store: harness.store,
    storeWith: (options) => harness.storeWith(options),
    addUser: () => harness.addUser(),
    transaction: (work) => harness.database.transaction({ isolationLevel }, work),
    keys: () => harness.keys(),
    stored: () => harness.stored(),
    async fetch(url) {
      const response = await fetch(url);
      return new Uint8Array(await response.arrayBuffer());
    },
    async send({ url, headers }, bytes) {
      const body = Uint8Array.from(bytes);
      const { ok, status } = await fetch(url, { method: "PUT", headers, body });
      if (!ok) throw new Error(`S3 answered ${status}`);
    },
    close: () => harness.close(),
  };
});
