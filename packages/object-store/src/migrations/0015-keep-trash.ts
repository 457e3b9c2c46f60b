import type { Migration } from "@repo/database";

import { MEDIA_KINDS } from "../kinds.js";
import type { Layout } from "../layout.js";
import { refuseUnlessEmpty } from "./refuse-unless-empty.js";

/** A file in the trash keeps its row and its object. */
export const keepTrash = (layout: Layout): Migration => ({
  name: "object-store/0015-keep-trash",
  async up({ query }) {
    for (const kind of MEDIA_KINDS) {
      // The rows that exist meet the check: they need not be read under the lock.
      await query(`
        ALTER TABLE ${layout.table(kind)}
          ADD COLUMN restorable_until timestamptz,
          ADD CONSTRAINT ${layout.part(kind, "trash_has_no_key")}
            CHECK (restorable_until IS NULL OR idempotency_key IS NULL) NOT VALID
      `);
    }
  },
  async down({ query }) {
    for (const kind of MEDIA_KINDS) {
      await query(refuseUnlessEmpty(layout, kind, "restorable_until IS NOT NULL"));
      await query(`ALTER TABLE ${layout.table(kind)} DROP COLUMN restorable_until`);
    }
  },
});
