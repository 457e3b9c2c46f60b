import type { Migration } from "@repo/database";

import { MEDIA_KINDS } from "../kinds.js";
import type { Layout } from "../layout.js";

/** Nothing was removed from the files that are there. */
export const tellWhatWasRemoved = (layout: Layout): Migration => ({
  name: "object-store/0012-tell-what-was-removed",
  async up({ query }) {
    for (const kind of MEDIA_KINDS) {
      await query(`
        ALTER TABLE ${layout.table(kind)}
          ADD COLUMN privacy text NOT NULL DEFAULT 'keep'
            CHECK (privacy IN ('keep', 'location', 'all')),
          ADD COLUMN removed text[] NOT NULL DEFAULT '{}'
      `);
    }
  },
  async down({ query }) {
    for (const kind of MEDIA_KINDS) {
      await query(`ALTER TABLE ${layout.table(kind)} DROP COLUMN privacy, DROP COLUMN removed`);
    }
  },
});
