import type { Migration } from "@repo/database";

/** Rows from before are taken for complete: nobody looked. */
export const tellCutImages = (): Migration => ({
  name: "object-store/0009-tell-cut-images",
  async up({ query }) {
    await query(`ALTER TABLE images ADD COLUMN complete boolean NOT NULL DEFAULT true`);
  },
  async down({ query }) {
    await query(`ALTER TABLE images DROP COLUMN complete`);
  },
});
