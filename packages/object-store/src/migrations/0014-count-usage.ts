import type { Migration } from "@repo/database";

import type { Layout } from "../layout.js";
import { ownerColumn } from "./owner-sql.js";

/** Rows that hold a part of what is counted, besides files and variants, which hold their size. */
const HOLDERS = ["journal", "direct_upload"] as const;

/**
 * What owners use. A counter has no foreign key, so that it holds nobody's row, and no CHECK: before it was
 * counted for the first time, it may fall below zero. All that is lost on the way down is counted anew by
 * `recount`.
 */
export const countUsage = (layout: Layout): Migration => ({
  name: "object-store/0014-count-usage",
  async up({ query }) {
    await query(`
      CREATE TABLE ${layout.table("usage")} (
        user_id ${ownerColumn(layout)} PRIMARY KEY,
        bytes bigint NOT NULL,
        files bigint NOT NULL,
        recounts integer NOT NULL DEFAULT 0,
        created_at timestamptz NOT NULL,
        updated_at timestamptz NOT NULL
      )
    `);
    for (const name of HOLDERS) {
      await query(`
        ALTER TABLE ${layout.table(name)}
          ADD COLUMN reserved_bytes integer NOT NULL DEFAULT 0,
          ADD COLUMN reserved_files smallint NOT NULL DEFAULT 0
      `);
    }
  },
  async down({ query }) {
    for (const name of HOLDERS) {
      await query(`
        ALTER TABLE ${layout.table(name)} DROP COLUMN reserved_bytes, DROP COLUMN reserved_files
      `);
    }
    await query(`DROP TABLE ${layout.table("usage")}`);
  },
});
