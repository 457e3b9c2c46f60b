import type { Migration } from "@repo/database";

import type { StoredKind } from "../kinds.js";
import type { Layout } from "../layout.js";
import { ownerSegment } from "./owner-sql.js";

interface KeyedTable {
  kind: StoredKind;
  folder: string;
  /** SQL for the end of a key, in the form that derives it from the row. */
  end: string;
}

const TABLES: readonly KeyedTable[] = [
  {
    kind: "image",
    folder: "images",
    end: `CASE content_type
      WHEN 'image/jpeg' THEN '.jpg'
      WHEN 'image/png' THEN '.png'
      WHEN 'image/webp' THEN '.webp'
      WHEN 'image/gif' THEN '.gif'
    END`,
  },
  {
    kind: "audio",
    folder: "audio",
    end: `CASE content_type
      WHEN 'audio/mpeg' THEN '.mp3'
      WHEN 'audio/wav' THEN '.wav'
      WHEN 'audio/flac' THEN '.flac'
      WHEN 'audio/mp4' THEN '.m4a'
    END`,
  },
  { kind: "direct_upload", folder: "staging", end: "'.upload'" },
];

/** All tables at once, the journal first, as completions lock them: one by one would deadlock with those. */
function lock(layout: Layout): string {
  const tables = (["journal", "image", "audio", "direct_upload"] as const).map((name) =>
    layout.table(name),
  );
  return `LOCK TABLE ${tables.join(", ")} IN ACCESS EXCLUSIVE MODE`;
}

/** SQL for what a key has between its folder and its last segment. */
function ownerPath(layout: Layout): string {
  return `coalesce('users/' || ${ownerSegment(layout)}, 'system')`;
}

/**
 * A file may get another key: its check holds the folder and the owner only. Keys sort by their bytes,
 * as S3 lists them, so that an audit reads the rows in the order of the listing.
 */
export const letKeysChange = (layout: Layout): Migration => ({
  name: "object-store/0008-let-keys-change",
  async up({ query }) {
    await query(lock(layout));
    for (const { kind, folder } of TABLES) {
      await query(`
        ALTER TABLE ${layout.table(kind)}
          DROP CONSTRAINT ${layout.part(kind, "s3_key_form")},
          ALTER COLUMN s3_key TYPE text COLLATE "C",
          ADD CONSTRAINT ${layout.part(kind, "s3_key_form")} CHECK (
            starts_with(s3_key, '${folder}/' || ${ownerPath(layout)} || '/')
          )
      `);
    }
    await query(`ALTER TABLE ${layout.table("journal")} ALTER COLUMN s3_key TYPE text COLLATE "C"`);
  },
  async down({ query }) {
    await query(lock(layout));
    await query(`
      ALTER TABLE ${layout.table("journal")} ALTER COLUMN s3_key TYPE text COLLATE "default"
    `);
    for (const { kind, folder, end } of TABLES) {
      await query(`
        ALTER TABLE ${layout.table(kind)}
          DROP CONSTRAINT ${layout.part(kind, "s3_key_form")},
          ALTER COLUMN s3_key TYPE text COLLATE "default",
          ADD CONSTRAINT ${layout.part(kind, "s3_key_form")} CHECK (
            s3_key = '${folder}/' || ${ownerPath(layout)} || '/' || id::text || ${end}
          )
      `);
    }
  },
});
