import type { Migration } from "@repo/database";
import type { MediaKind } from "@repo/media-inspection";

import type { Layout } from "../layout.js";
import { ownerColumn } from "./owner-sql.js";

interface FileTable {
  kind: MediaKind;
  /** Columns that are null in an unfinished row. */
  facts: readonly string[];
}

const TABLES: readonly FileTable[] = [
  {
    kind: "image",
    facts: ["byte_size", "sha256", "width", "height", "orientation", "page_count", "has_alpha"],
  },
  {
    kind: "audio",
    facts: [
      ...["byte_size", "sha256", "duration_seconds", "duration_source", "bitrate", "sample_rate"],
      ...["channels", "codec", "lossless"],
    ],
  },
];

/** What a key tells of its object's type. */
const CONTENT_TYPE = `
  CASE substring(s3_key FROM '[^.]*$')
    WHEN 'jpg' THEN 'image/jpeg'
    WHEN 'png' THEN 'image/png'
    WHEN 'webp' THEN 'image/webp'
    WHEN 'gif' THEN 'image/gif'
    WHEN 'mp3' THEN 'audio/mpeg'
    WHEN 'wav' THEN 'audio/wav'
    WHEN 'flac' THEN 'audio/flac'
    WHEN 'm4a' THEN 'audio/mp4'
  END
`;

/**
 * A row of `images` or `audio` becomes a file and nothing else: what is unfinished moves to the
 * journal, and back on the way down. The journal has no foreign keys, so that it holds nobody's row.
 */
export const createJournal = (layout: Layout): Migration => ({
  name: "object-store/0007-create-journal",
  async up({ query }) {
    const journal = layout.table("journal");
    await query(`
      CREATE TABLE ${journal} (
        id uuid PRIMARY KEY,
        kind text NOT NULL CHECK (kind IN ('image', 'audio', 'direct_upload')),
        user_id ${ownerColumn(layout)},
        s3_key text NOT NULL UNIQUE,
        purpose text NOT NULL CHECK (purpose IN ('upload', 'removal')),
        lease_expires_at timestamptz NOT NULL,
        settled_at timestamptz NOT NULL,
        idempotency_key text CHECK (char_length(idempotency_key) BETWEEN 1 AND 255),
        created_at timestamptz NOT NULL,
        updated_at timestamptz NOT NULL,
        CONSTRAINT ${layout.part("journal", "removal_has_no_key")} CHECK (
          purpose = 'upload' OR idempotency_key IS NULL
        )
      )
    `);
    await query(`
      CREATE INDEX ${layout.part("journal", "lease")} ON ${journal} (purpose, lease_expires_at)
    `);
    await query(`
      CREATE UNIQUE INDEX ${layout.part("journal", "idempotency")}
        ON ${journal} (user_id, idempotency_key)
        NULLS NOT DISTINCT WHERE idempotency_key IS NOT NULL
    `);
    for (const { kind, facts } of TABLES) {
      const table = layout.table(kind);
      await query(`LOCK TABLE ${table} IN ACCESS EXCLUSIVE MODE`);
      await query(`
        INSERT INTO ${journal} (
          id, kind, user_id, s3_key, purpose, lease_expires_at, settled_at, idempotency_key,
          created_at, updated_at
        )
        SELECT
          id, '${kind}', user_id, s3_key, CASE status WHEN 'pending' THEN 'upload' ELSE 'removal' END,
          lease_expires_at, lease_expires_at, idempotency_key, created_at, updated_at
        FROM ${table} WHERE status <> 'ready'
      `);
      await query(orSay(`DELETE FROM ${table} WHERE status <> 'ready'`, REFERRED_TO));
      await query(`
        DROP INDEX ${layout.index(kind, "unfinished")},
          ${layout.index(kind, "user_id_content_type_id")}, ${layout.index(kind, "user_id_filename")}
      `);
      await query(`
        ALTER TABLE ${table}
          DROP CONSTRAINT ${layout.part(kind, "ready_is_complete")},
          DROP CONSTRAINT ${layout.part(kind, "lease_unless_ready")},
          DROP CONSTRAINT ${layout.part(kind, "deleting_has_no_key")},
          DROP COLUMN status,
          DROP COLUMN lease_expires_at,
          ADD COLUMN unanswered_until timestamptz,
          ${facts.map((column) => `ALTER COLUMN ${column} SET NOT NULL`).join(", ")}
      `);
      await createListIndexes(query, layout, kind);
    }
  },
  async down({ query }) {
    const journal = layout.table("journal");
    await query(`LOCK TABLE ${journal} IN ACCESS EXCLUSIVE MODE`);
    for (const { kind, facts } of TABLES) {
      const table = layout.table(kind);
      await query(`
        DROP INDEX ${layout.index(kind, "user_id_content_type_id")},
          ${layout.index(kind, "user_id_filename")}
      `);
      await query(`
        ALTER TABLE ${table}
          ADD COLUMN status text NOT NULL DEFAULT 'ready'
            CHECK (status IN ('pending', 'ready', 'deleting')),
          ADD COLUMN lease_expires_at timestamptz,
          DROP COLUMN unanswered_until,
          ${facts.map((column) => `ALTER COLUMN ${column} DROP NOT NULL`).join(", ")}
      `);
      // A process that died while it claimed a key may have left it to a file and to an upload.
      await query(`
        UPDATE ${journal} AS upload SET idempotency_key = NULL
        FROM ${table} AS file
        WHERE file.idempotency_key = upload.idempotency_key
          AND file.user_id IS NOT DISTINCT FROM upload.user_id
      `);
      const insert = `
        INSERT INTO ${table} (
          id, user_id, s3_key, content_type, status, lease_expires_at, idempotency_key, created_at,
          updated_at
        )
        SELECT
          id, user_id, s3_key, ${CONTENT_TYPE},
          CASE purpose WHEN 'upload' THEN 'pending' ELSE 'deleting' END,
          GREATEST(lease_expires_at, settled_at), idempotency_key, created_at, updated_at
        FROM ${journal} WHERE kind = '${kind}'
      `;
      await query(orSay(insert, OWNER_GONE));
      await query(`
        ALTER TABLE ${table}
          ALTER COLUMN status DROP DEFAULT,
          ADD CONSTRAINT ${layout.part(kind, "deleting_has_no_key")}
            CHECK (status <> 'deleting' OR idempotency_key IS NULL),
          ADD CONSTRAINT ${layout.part(kind, "lease_unless_ready")}
            CHECK ((status = 'ready') = (lease_expires_at IS NULL)),
          ADD CONSTRAINT ${layout.part(kind, "ready_is_complete")}
            CHECK (status <> 'ready' OR num_nulls(${facts.join(", ")}) = 0)
      `);
      await query(`
        CREATE INDEX ${layout.part(kind, "unfinished")} ON ${table} (lease_expires_at)
          WHERE status <> 'ready'
      `);
      await createListIndexes(query, layout, kind, "status = 'ready'");
    }
    // Of these, only the key and the lease count: they wait for the sweep.
    await query(`
      INSERT INTO ${layout.table("direct_upload")} (
        id, user_id, kind, s3_key, content_type, byte_size, status, lease_expires_at, created_at,
        updated_at
      )
      SELECT
        id, user_id, 'image', s3_key, 'application/octet-stream', 1, 'deleting',
        GREATEST(lease_expires_at, settled_at), created_at, updated_at
      FROM ${journal} WHERE kind = 'direct_upload'
    `);
    await query(`DROP TABLE ${journal}`);
  },
});

/** What an operator can do about a foreign key that refuses. */
const REFERRED_TO =
  "Rows of % refer to files that are being deleted or uploaded (constraint %): remove them, or set their references to null, and migrate again";
const OWNER_GONE =
  "Rows of % whose owner is gone are not finished (constraint %): sweep until nothing is left, and step back again";

/** Runs a statement, and says something of use where a foreign key refuses it. */
function orSay(statement: string, message: string): string {
  return `
    DO $$
    DECLARE
      refusing_table text;
      refusing_constraint text;
    BEGIN
      SET CONSTRAINTS ALL IMMEDIATE;
      ${statement};
    EXCEPTION WHEN foreign_key_violation OR restrict_violation THEN
      GET STACKED DIAGNOSTICS refusing_table = TABLE_NAME, refusing_constraint = CONSTRAINT_NAME;
      RAISE EXCEPTION '${message}', refusing_table, refusing_constraint;
    END
    $$
  `;
}

async function createListIndexes(
  query: (sql: string) => Promise<unknown>,
  layout: Layout,
  kind: MediaKind,
  condition?: string,
): Promise<void> {
  const where = condition === undefined ? "" : `WHERE ${condition}`;
  const named = ["original_filename IS NOT NULL", ...(condition === undefined ? [] : [condition])];
  await query(`
    CREATE INDEX ${layout.part(kind, "user_id_content_type_id")}
      ON ${layout.table(kind)} (user_id, content_type, id) ${where}
  `);
  await query(`
    CREATE INDEX ${layout.part(kind, "user_id_filename")}
      ON ${layout.table(kind)} (user_id, (original_filename COLLATE "C"))
      WHERE ${named.join(" AND ")}
  `);
}
