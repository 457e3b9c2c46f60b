import type { Migration } from "@repo/database";

import type { Layout } from "../layout.js";

/** Rows from before may have parts: the sweep asks S3 once for each. */
export const findMultipartUploads = (layout: Layout): Migration => ({
  name: "object-store/0010-find-multipart-uploads",
  async up({ query }) {
    await query(
      `ALTER TABLE ${layout.table("journal")} ADD COLUMN may_have_parts boolean NOT NULL DEFAULT true`,
    );
  },
  async down({ query }) {
    await query(`ALTER TABLE ${layout.table("journal")} DROP COLUMN may_have_parts`);
  },
});
