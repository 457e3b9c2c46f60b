import type { Migration } from "@repo/database";

import type { Layout } from "../layout.js";
import { ownerColumn } from "./owner-sql.js";
import { refuseUnlessEmpty } from "./refuse-unless-empty.js";

/**
 * What happened to files, until somebody has handled it. An event outlives its file and its owner, so it has
 * no foreign keys.
 */
export const keepEvents = (layout: Layout): Migration => ({
  name: "object-store/0017-keep-events",
  async up({ query }) {
    const table = layout.table("event");
    await query(`
      CREATE TABLE ${table} (
        id bigint GENERATED ALWAYS AS IDENTITY PRIMARY KEY,
        type text NOT NULL,
        kind text NOT NULL,
        file_id uuid NOT NULL,
        user_id ${ownerColumn(layout)},
        payload jsonb NOT NULL DEFAULT '{}',
        attempts integer NOT NULL DEFAULT 0,
        next_attempt_at timestamptz NOT NULL,
        last_error text,
        dead_at timestamptz,
        created_at timestamptz NOT NULL,
        updated_at timestamptz NOT NULL
      )
    `);
    await query(`
      CREATE INDEX ${layout.part("event", "file_id_id")} ON ${table} (file_id, id)
      WHERE dead_at IS NULL
    `);
    await query(`
      CREATE INDEX ${layout.part("event", "dead")} ON ${table} (id) WHERE dead_at IS NOT NULL
    `);
  },
  async down({ query }) {
    await query(refuseUnlessEmpty(layout, "event"));
    await query(`DROP TABLE ${layout.table("event")}`);
  },
});
