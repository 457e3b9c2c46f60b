import { Transaction } from "sequelize";

import { injectFaults } from "../../src/testing.js";
import { agedStorage } from "../support/aged-storage.js";
import { openHarness } from "../support/harness.js";
import { describeBehaviour } from "./behaviour.js";
import { VARIANTS } from "./variants.js";

// TEST_S3_ENDPOINT and its companions put another S3 server in the place of local-s3.
describeBehaviour("the store over PostgreSQL and S3", async () => {
  const harness = await openHarness();
  const isolationLevel = Transaction.ISOLATION_LEVELS.READ_COMMITTED;
  const { storage: s3, faults } = injectFaults(harness.s3);
  let daysPassed = 0;
  return {
    store: harness.storeWith({ s3 }),
    maintenance: harness.maintenanceWith({ s3, variants: VARIANTS, events: true }),
    s3,
    faults,
    storeWith: (options) => harness.storeWith({ s3, ...options }),
    addUser: () => harness.addUser(),
    transaction: (work) => harness.database.transaction({ isolationLevel }, work),
    keys: () => harness.keys(),
    stored: () => harness.stored(),
    async pass(days) {
      daysPassed += days;
      await harness.database.query(`
        UPDATE direct_uploads SET lease_expires_at = lease_expires_at - interval '${days} days';
        UPDATE images SET restorable_until = restorable_until - interval '${days} days';
        UPDATE audio SET restorable_until = restorable_until - interval '${days} days';
        UPDATE media_grants SET expires_at = expires_at - interval '${days} days';
        UPDATE object_store_journal SET
          lease_expires_at = lease_expires_at - interval '${days} days',
          settled_at = settled_at - interval '${days} days'
      `);
      return harness.maintenanceWith({ s3: agedStorage(s3, daysPassed) });
    },
    close: () => harness.close(),
  };
});
