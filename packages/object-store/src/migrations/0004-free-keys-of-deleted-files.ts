import type { Migration } from "@repo/database";

import type { Layout } from "../layout.js";

/** A file that is being deleted gives its idempotency key back. */
export const freeKeysOfDeletedFiles = (layout: Layout): Migration => ({
  name: "object-store/0004-free-keys-of-deleted-files",
  async up({ query }) {
    for (const kind of ["image", "audio"] as const) {
      await query(
        `UPDATE ${layout.table(kind)} SET idempotency_key = NULL WHERE status = 'deleting'`,
      );
      await query(`
        ALTER TABLE ${layout.table(kind)}
          ADD CONSTRAINT ${layout.part(kind, "deleting_has_no_key")} CHECK (status <> 'deleting' OR idempotency_key IS NULL)
      `);
    }
  },
  async down({ query }) {
    for (const kind of ["image", "audio"] as const) {
      await query(`
        ALTER TABLE ${layout.table(kind)}
          DROP CONSTRAINT ${layout.part(kind, "deleting_has_no_key")}
      `);
    }
  },
});
