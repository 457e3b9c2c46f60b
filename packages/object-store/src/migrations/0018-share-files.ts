import type { Migration } from "@repo/database";

import type { Layout } from "../layout.js";
import { ownerColumn } from "./owner-sql.js";
import { refuseUnlessEmpty } from "./refuse-unless-empty.js";

/** The file that a grant belongs to. */
const FILES = [
  { kind: "image", column: "image_id" },
  { kind: "audio", column: "audio_id" },
] as const;

/**
 * Who may read whose files. A grant has no object, so it goes with its file and with its grantee, and keeps
 * neither: CASCADE, where what refers to an owner restricts. A null grantee is everyone who is signed in.
 */
export const shareFiles = (layout: Layout): Migration => ({
  name: "object-store/0018-share-files",
  async up({ query }) {
    const { owner } = layout;
    const grants = layout.table("grant");
    const grantee =
      owner === null ? "" : `REFERENCES ${owner.table} (${owner.column}) ON DELETE CASCADE`;
    await query(`
      CREATE TABLE ${grants} (
        id uuid PRIMARY KEY,
        ${FILES.map(
          ({ kind, column }) =>
            `${column} uuid REFERENCES ${layout.table(kind)} (id) ON DELETE CASCADE`,
        ).join(", ")},
        grantee ${ownerColumn(layout, "grantee")} ${grantee},
        expires_at timestamptz,
        created_at timestamptz NOT NULL,
        updated_at timestamptz NOT NULL,
        CONSTRAINT ${layout.part("grant", "one_file")} CHECK (num_nonnulls(image_id, audio_id) = 1)
      )
    `);
    for (const { column } of FILES) {
      await query(`
        CREATE UNIQUE INDEX ${layout.part("grant", `of_${column}`)}
          ON ${grants} (${column}, grantee) NULLS NOT DISTINCT WHERE ${column} IS NOT NULL
      `);
      await query(`
        CREATE INDEX ${layout.part("grant", `to_${column}`)}
          ON ${grants} (grantee, ${column}) WHERE ${column} IS NOT NULL
      `);
    }
    // For a user's row that is deleted, whatever the kind of its files.
    await query(`CREATE INDEX ${layout.part("grant", "grantee")} ON ${grants} (grantee)`);
    await query(`
      CREATE INDEX ${layout.part("grant", "expires_at")} ON ${grants} (expires_at)
        WHERE expires_at IS NOT NULL
    `);
  },
  async down({ query }) {
    await query(refuseUnlessEmpty(layout, "grant"));
    await query(`DROP TABLE ${layout.table("grant")}`);
  },
});
