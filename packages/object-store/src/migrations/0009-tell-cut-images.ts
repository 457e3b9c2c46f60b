import type { Migration } from "@repo/database";

import type { Layout } from "../layout.js";

/** Rows from before are taken for complete: nobody looked. */
export const tellCutImages = (layout: Layout): Migration => ({
  name: "object-store/0009-tell-cut-images",
  async up({ query }) {
    await query(
      `ALTER TABLE ${layout.table("image")} ADD COLUMN complete boolean NOT NULL DEFAULT true`,
    );
  },
  async down({ query }) {
    await query(`ALTER TABLE ${layout.table("image")} DROP COLUMN complete`);
  },
});
