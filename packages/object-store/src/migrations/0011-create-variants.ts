import type { Migration } from "@repo/database";

import type { Layout } from "../layout.js";
import { ownerColumn, ownerSegment } from "./owner-sql.js";
import { refuseUnlessEmpty } from "./refuse-unless-empty.js";

/** The file that a row belongs to, and the unique index of its recipes. */
const FILES = [
  { kind: "image", column: "image_id" },
  { kind: "audio", column: "audio_id" },
] as const;

const RECIPE = `
  recipe text NOT NULL CHECK (char_length(recipe) BETWEEN 1 AND 64),
  digest text NOT NULL CHECK (char_length(digest) BETWEEN 1 AND 64)
`;

/**
 * Pictures made of files. A file and its variants are deleted by one statement: the foreign keys have no
 * CASCADE, which would leave objects without a row. What could not be made has rows of its own, which
 * have no object.
 */
export const createVariants = (layout: Layout): Migration => ({
  name: "object-store/0011-create-variants",
  async up({ query }) {
    const variants = layout.table("variant");
    const failures = layout.table("variant_failure");
    const journal = layout.table("journal");
    await query(`
      CREATE TABLE ${variants} (
        id uuid PRIMARY KEY,
        ${FILES.map(
          ({ kind, column }) => `${column} uuid
          CONSTRAINT ${layout.part("variant", `${kind}_fkey`)} REFERENCES ${layout.table(kind)} (id)`,
        ).join(", ")},
        user_id ${ownerColumn(layout)},
        s3_key text COLLATE "C" NOT NULL UNIQUE,
        ${RECIPE},
        content_type text NOT NULL
          CHECK (content_type IN ('image/jpeg', 'image/png', 'image/webp', 'image/avif')),
        byte_size integer NOT NULL CHECK (byte_size BETWEEN 1 AND 104857600),
        sha256 bytea NOT NULL CHECK (octet_length(sha256) = 32),
        width integer NOT NULL CHECK (width > 0),
        height integer NOT NULL CHECK (height > 0),
        page_count integer NOT NULL CHECK (page_count > 0),
        unanswered_until timestamptz,
        created_at timestamptz NOT NULL,
        updated_at timestamptz NOT NULL,
        CONSTRAINT ${layout.part("variant", "one_file")} CHECK (num_nonnulls(image_id, audio_id) = 1),
        CONSTRAINT ${layout.part("variant", "s3_key_form")} CHECK (
          starts_with(s3_key, 'variants/' || coalesce('users/' || ${ownerSegment(layout)}, 'system')
            || '/' || coalesce(image_id, audio_id)::text || '/')
        )
      )
    `);
    await query(`CREATE INDEX ${layout.part("variant", "user_id")} ON ${variants} (user_id)`);
    await query(`
      CREATE TABLE ${failures} (
        id uuid PRIMARY KEY DEFAULT gen_random_uuid(),
        ${FILES.map(
          ({ kind, column }) =>
            `${column} uuid REFERENCES ${layout.table(kind)} (id) ON DELETE CASCADE`,
        ).join(", ")},
        ${RECIPE},
        attempts smallint NOT NULL CHECK (attempts > 0),
        reason text NOT NULL CHECK (char_length(reason) BETWEEN 1 AND 500),
        created_at timestamptz NOT NULL,
        updated_at timestamptz NOT NULL,
        CONSTRAINT ${layout.part("variant_failure", "one_file")}
          CHECK (num_nonnulls(image_id, audio_id) = 1)
      )
    `);
    for (const name of ["variant", "variant_failure"] as const) {
      for (const { column } of FILES) {
        await query(`
          CREATE UNIQUE INDEX ${layout.part(name, `of_${column}`)}
            ON ${layout.table(name)} (${column}, recipe, digest) WHERE ${column} IS NOT NULL
        `);
      }
    }
    await query(`
      ALTER TABLE ${journal}
        DROP CONSTRAINT ${layout.part("journal", "kind_check")},
        ADD CONSTRAINT ${layout.part("journal", "kind_check")}
          CHECK (kind IN ('image', 'audio', 'variant', 'direct_upload')),
        ADD COLUMN variant_claim text
    `);
    await query(`
      CREATE UNIQUE INDEX ${layout.part("journal", "variant_claim")} ON ${journal} (variant_claim)
        WHERE variant_claim IS NOT NULL
    `);
    await query(`
      ALTER TABLE ${layout.table("image")}
        ADD COLUMN placeholder bytea CHECK (octet_length(placeholder) BETWEEN 1 AND 25)
    `);
  },
  async down({ query }) {
    const journal = layout.table("journal");
    await query(refuseUnlessEmpty(layout, "journal", "kind = 'variant'"));
    await query(refuseUnlessEmpty(layout, "variant"));
    await query(`ALTER TABLE ${layout.table("image")} DROP COLUMN placeholder`);
    await query(`
      ALTER TABLE ${journal}
        DROP COLUMN variant_claim,
        DROP CONSTRAINT ${layout.part("journal", "kind_check")},
        ADD CONSTRAINT ${layout.part("journal", "kind_check")}
          CHECK (kind IN ('image', 'audio', 'direct_upload'))
    `);
    await query(`DROP TABLE ${layout.table("variant_failure")}, ${layout.table("variant")}`);
  },
});
