import type { Migration } from "@repo/database";

import { MEDIA_KINDS } from "../kinds.js";
import type { Layout } from "../layout.js";

const ALT_TEXT = `
  ADD COLUMN alt_text text,
  ADD CHECK (char_length(alt_text) <= 2000) NOT VALID,
`;

/**
 * What applications say of files. PostgreSQL writes metadata with spaces, and a little longer than the
 * module measures it.
 */
export const describeFiles = (layout: Layout): Migration => ({
  name: "object-store/0013-describe-files",
  async up({ query }) {
    for (const kind of MEDIA_KINDS) {
      // The rows that exist meet the checks: they need not be read under the lock.
      await query(`
        ALTER TABLE ${layout.table(kind)}
          ADD COLUMN title text,
          ADD CHECK (char_length(title) <= 500) NOT VALID,
          ${kind === "image" ? ALT_TEXT : ""}
          ADD COLUMN metadata jsonb NOT NULL DEFAULT '{}',
          ADD CHECK (
            jsonb_typeof(metadata) = 'object' AND octet_length(metadata::text) <= 8192 AND NOT
            jsonb_path_exists(metadata, 'strict $.* ? (@.type() == "object" || @.type() == "array")')
          ) NOT VALID
      `);
    }
  },
  async down({ query }) {
    for (const kind of MEDIA_KINDS) {
      await query(`
        ALTER TABLE ${layout.table(kind)}
          DROP COLUMN title, ${kind === "image" ? "DROP COLUMN alt_text," : ""} DROP COLUMN metadata
      `);
    }
  },
});
