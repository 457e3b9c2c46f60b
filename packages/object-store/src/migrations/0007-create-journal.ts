import type { Migration } from "@repo/database";

interface FileTable {
  name: "images" | "audio";
  kind: "image" | "audio";
  /** Columns that are null in an unfinished row. */
  facts: readonly string[];
}

const TABLES: readonly FileTable[] = [
  {
    name: "images",
    kind: "image",
    facts: ["byte_size", "sha256", "width", "height", "orientation", "page_count", "has_alpha"],
  },
  {
    name: "audio",
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
export const createJournal = (): Migration => ({
  name: "object-store/0007-create-journal",
  async up({ query }) {
    await query(`
      CREATE TABLE object_store_journal (
        id uuid PRIMARY KEY,
        kind text NOT NULL CHECK (kind IN ('image', 'audio', 'direct_upload')),
        user_id uuid,
        s3_key text NOT NULL UNIQUE,
        purpose text NOT NULL CHECK (purpose IN ('upload', 'removal')),
        lease_expires_at timestamptz NOT NULL,
        settled_at timestamptz NOT NULL,
        idempotency_key text CHECK (char_length(idempotency_key) BETWEEN 1 AND 255),
        created_at timestamptz NOT NULL,
        updated_at timestamptz NOT NULL,
        CONSTRAINT object_store_journal_removal_has_no_key CHECK (
          purpose = 'upload' OR idempotency_key IS NULL
        )
      )
    `);
    await query(`
      CREATE INDEX object_store_journal_lease ON object_store_journal (purpose, lease_expires_at)
    `);
    await query(`
      CREATE UNIQUE INDEX object_store_journal_idempotency
        ON object_store_journal (user_id, idempotency_key)
        NULLS NOT DISTINCT WHERE idempotency_key IS NOT NULL
    `);
    for (const { name, kind, facts } of TABLES) {
      await query(`LOCK TABLE ${name} IN ACCESS EXCLUSIVE MODE`);
      await query(`
        INSERT INTO object_store_journal (
          id, kind, user_id, s3_key, purpose, lease_expires_at, settled_at, idempotency_key,
          created_at, updated_at
        )
        SELECT
          id, '${kind}', user_id, s3_key, CASE status WHEN 'pending' THEN 'upload' ELSE 'removal' END,
          lease_expires_at, lease_expires_at, idempotency_key, created_at, updated_at
        FROM ${name} WHERE status <> 'ready'
      `);
      await query(orSay(`DELETE FROM ${name} WHERE status <> 'ready'`, REFERRED_TO));
      await query(`
        DROP INDEX ${name}_unfinished, ${name}_user_id_content_type_id, ${name}_user_id_filename
      `);
      await query(`
        ALTER TABLE ${name}
          DROP CONSTRAINT ${name}_ready_is_complete,
          DROP CONSTRAINT ${name}_lease_unless_ready,
          DROP CONSTRAINT ${name}_deleting_has_no_key,
          DROP COLUMN status,
          DROP COLUMN lease_expires_at,
          ADD COLUMN unanswered_until timestamptz,
          ${facts.map((column) => `ALTER COLUMN ${column} SET NOT NULL`).join(", ")}
      `);
      await createListIndexes(query, name);
    }
  },
  async down({ query }) {
    await query(`LOCK TABLE object_store_journal IN ACCESS EXCLUSIVE MODE`);
    for (const { name, kind, facts } of TABLES) {
      await query(`DROP INDEX ${name}_user_id_content_type_id, ${name}_user_id_filename`);
      await query(`
        ALTER TABLE ${name}
          ADD COLUMN status text NOT NULL DEFAULT 'ready'
            CHECK (status IN ('pending', 'ready', 'deleting')),
          ADD COLUMN lease_expires_at timestamptz,
          DROP COLUMN unanswered_until,
          ${facts.map((column) => `ALTER COLUMN ${column} DROP NOT NULL`).join(", ")}
      `);
      // A process that died while it claimed a key may have left it to a file and to an upload.
      await query(`
        UPDATE object_store_journal AS upload SET idempotency_key = NULL
        FROM ${name} AS file
        WHERE file.idempotency_key = upload.idempotency_key
          AND file.user_id IS NOT DISTINCT FROM upload.user_id
      `);
      const insert = `
        INSERT INTO ${name} (
          id, user_id, s3_key, content_type, status, lease_expires_at, idempotency_key, created_at,
          updated_at
        )
        SELECT
          id, user_id, s3_key, ${CONTENT_TYPE},
          CASE purpose WHEN 'upload' THEN 'pending' ELSE 'deleting' END,
          GREATEST(lease_expires_at, settled_at), idempotency_key, created_at, updated_at
        FROM object_store_journal WHERE kind = '${kind}'
      `;
      await query(orSay(insert, OWNER_GONE));
      await query(`
        ALTER TABLE ${name}
          ALTER COLUMN status DROP DEFAULT,
          ADD CONSTRAINT ${name}_deleting_has_no_key
            CHECK (status <> 'deleting' OR idempotency_key IS NULL),
          ADD CONSTRAINT ${name}_lease_unless_ready
            CHECK ((status = 'ready') = (lease_expires_at IS NULL)),
          ADD CONSTRAINT ${name}_ready_is_complete
            CHECK (status <> 'ready' OR num_nulls(${facts.join(", ")}) = 0)
      `);
      await query(`
        CREATE INDEX ${name}_unfinished ON ${name} (lease_expires_at) WHERE status <> 'ready'
      `);
      await createListIndexes(query, name, "status = 'ready'");
    }
    // Of these, only the key and the lease count: they wait for the sweep.
    await query(`
      INSERT INTO direct_uploads (
        id, user_id, kind, s3_key, content_type, byte_size, status, lease_expires_at, created_at,
        updated_at
      )
      SELECT
        id, user_id, 'image', s3_key, 'application/octet-stream', 1, 'deleting',
        GREATEST(lease_expires_at, settled_at), created_at, updated_at
      FROM object_store_journal WHERE kind = 'direct_upload'
    `);
    await query(`DROP TABLE object_store_journal`);
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
  table: FileTable["name"],
  condition?: string,
): Promise<void> {
  const where = condition === undefined ? "" : `WHERE ${condition}`;
  const named = ["original_filename IS NOT NULL", ...(condition === undefined ? [] : [condition])];
  await query(`
    CREATE INDEX ${table}_user_id_content_type_id ON ${table} (user_id, content_type, id) ${where}
  `);
  await query(`
    CREATE INDEX ${table}_user_id_filename ON ${table} (user_id, (original_filename COLLATE "C"))
      WHERE ${named.join(" AND ")}
  `);
}
