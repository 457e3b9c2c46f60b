import { Transaction } from "sequelize";

import { agedStorage } from "../support/aged-storage.js";
import { openHarness } from "../support/harness.js";
import { describeBehaviour } from "./behaviour.js";

// TEST_S3_ENDPOINT and its companions put another S3 server in the place of local-s3.
describeBehaviour("the store over PostgreSQL and S3", async () => {
  const harness = await openHarness();
  const isolationLevel = Transaction.ISOLATION_LEVELS.READ_COMMITTED;
  let daysPassed = 0;
  return {
    store: harness.store,
    maintenance: harness.maintenance,
    s3: harness.s3,
    storeWith: (options) => harness.storeWith(options),
    addUser: () => harness.addUser(),
    transaction: (work) => harness.database.transaction({ isolationLevel }, work),
    keys: () => harness.keys(),
    stored: () => harness.stored(),
    async pass(days) {
      daysPassed += days;
      await harness.database.query(`
        UPDATE direct_uploads SET lease_expires_at = lease_expires_at - interval '${days} days';
        UPDATE object_store_journal SET
          lease_expires_at = lease_expires_at - interval '${days} days',
          settled_at = settled_at - interval '${days} days'
      `);
      return harness.maintenanceWith({ s3: agedStorage(harness.s3, daysPassed) });
    },
    close: () => harness.close(),
  };
});
