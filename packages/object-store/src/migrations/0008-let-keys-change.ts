import type { Migration } from "@repo/database";

interface KeyedTable {
  name: "images" | "audio" | "direct_uploads";
  folder: string;
  /** SQL for the end of a key, in the form that derives it from the row. */
  end: string;
}

const TABLES: readonly KeyedTable[] = [
  {
    name: "images",
    folder: "images",
    end: `CASE content_type
      WHEN 'image/jpeg' THEN '.jpg'
      WHEN 'image/png' THEN '.png'
      WHEN 'image/webp' THEN '.webp'
      WHEN 'image/gif' THEN '.gif'
    END`,
  },
  {
    name: "audio",
    folder: "audio",
    end: `CASE content_type
      WHEN 'audio/mpeg' THEN '.mp3'
      WHEN 'audio/wav' THEN '.wav'
      WHEN 'audio/flac' THEN '.flac'
      WHEN 'audio/mp4' THEN '.m4a'
    END`,
  },
  { name: "direct_uploads", folder: "staging", end: "'.upload'" },
];

/** All tables at once, the journal first, as completions lock them: one by one would deadlock with those. */
const LOCK = `
  LOCK TABLE object_store_journal, images, audio, direct_uploads IN ACCESS EXCLUSIVE MODE
`;

/**
 * A file may get another key: its check holds the folder and the owner only. Keys sort by their bytes,
 * as S3 lists them, so that an audit reads the rows in the order of the listing.
 */
export const letKeysChange = (): Migration => ({
  name: "object-store/0008-let-keys-change",
  async up({ query }) {
    await query(LOCK);
    for (const { name, folder } of TABLES) {
      await query(`
        ALTER TABLE ${name}
          DROP CONSTRAINT ${name}_s3_key_form,
          ALTER COLUMN s3_key TYPE text COLLATE "C",
          ADD CONSTRAINT ${name}_s3_key_form CHECK (
            starts_with(s3_key, '${folder}/' || coalesce('users/' || user_id::text, 'system') || '/')
          )
      `);
    }
    await query(`ALTER TABLE object_store_journal ALTER COLUMN s3_key TYPE text COLLATE "C"`);
  },
  async down({ query }) {
    await query(LOCK);
    await query(`
      ALTER TABLE object_store_journal ALTER COLUMN s3_key TYPE text COLLATE "default"
    `);
    for (const { name, folder, end } of TABLES) {
      await query(`
        ALTER TABLE ${name}
          DROP CONSTRAINT ${name}_s3_key_form,
          ALTER COLUMN s3_key TYPE text COLLATE "default",
          ADD CONSTRAINT ${name}_s3_key_form CHECK (
            s3_key = '${folder}/' || coalesce('users/' || user_id::text, 'system')
              || '/' || id::text || ${end}
          )
      `);
    }
  },
});
