import type { Migration } from "@repo/database";

/** A file that is being deleted gives its idempotency key back. */
export const freeKeysOfDeletedFiles = (): Migration => ({
  name: "object-store/0004-free-keys-of-deleted-files",
  async up({ query }) {
    for (const table of ["images", "audio"]) {
      await query(`UPDATE ${table} SET idempotency_key = NULL WHERE status = 'deleting'`);
      await query(`
        ALTER TABLE ${table} ADD CONSTRAINT ${table}_deleting_has_no_key
          CHECK (status <> 'deleting' OR idempotency_key IS NULL)
      `);
    }
  },
  async down({ query }) {
    for (const table of ["images", "audio"]) {
      await query(`ALTER TABLE ${table} DROP CONSTRAINT ${table}_deleting_has_no_key`);
    }
  },
});
