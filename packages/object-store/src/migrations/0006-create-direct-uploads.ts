import type { Migration } from "@repo/database";

import type { Layout } from "../layout.js";
import { ownerColumn, ownerSegment } from "./owner-sql.js";
import { refuseUnlessEmpty } from "./refuse-unless-empty.js";

/**
 * Uploads that clients send to S3 themselves. There is no foreign key to the owner: a row outlives
 * its owner as long as its URLs may bring bytes, and the file that it becomes has the key.
 */
export const createDirectUploads = (layout: Layout): Migration => ({
  name: "object-store/0006-create-direct-uploads",
  async up({ query }) {
    await query(`
      CREATE TABLE ${layout.table("direct_upload")} (
        id uuid PRIMARY KEY,
        user_id ${ownerColumn(layout)},
        kind text NOT NULL CHECK (kind IN ('image', 'audio')),
        s3_key text NOT NULL UNIQUE,
        original_filename text CHECK (char_length(original_filename) BETWEEN 1 AND 255),
        content_type text NOT NULL CHECK (char_length(content_type) BETWEEN 1 AND 255),
        byte_size integer NOT NULL CHECK (byte_size BETWEEN 1 AND 104857600),
        md5 bytea CHECK (octet_length(md5) = 16),
        sha256 bytea CHECK (octet_length(sha256) = 32),
        part_byte_size integer CHECK (part_byte_size >= 5242880),
        multipart_id text,
        status text NOT NULL CHECK (status IN ('pending', 'deleting')),
        lease_expires_at timestamptz NOT NULL,
        claim uuid,
        claim_expires_at timestamptz,
        file_id uuid,
        refusal_code text,
        refusal_message text,
        created_at timestamptz NOT NULL,
        updated_at timestamptz NOT NULL,
        CONSTRAINT ${layout.part("direct_upload", "s3_key_form")} CHECK (
          s3_key = 'staging/' || coalesce('users/' || ${ownerSegment(layout)}, 'system')
            || '/' || id::text || '.upload'
        ),
        CONSTRAINT ${layout.part("direct_upload", "claim_ends")}
          CHECK ((claim IS NULL) = (claim_expires_at IS NULL)),
        CONSTRAINT ${layout.part("direct_upload", "parts")}
          CHECK (multipart_id IS NULL OR part_byte_size IS NOT NULL),
        CONSTRAINT ${layout.part("direct_upload", "refusal")} CHECK (
          (refusal_code IS NULL) = (refusal_message IS NULL)
        ),
        CONSTRAINT ${layout.part("direct_upload", "one_outcome")} CHECK (
          num_nonnulls(file_id, refusal_code) = 0
          OR (num_nonnulls(file_id, refusal_code) = 1 AND status = 'deleting')
        )
      )
    `);
    await query(`
      CREATE INDEX ${layout.part("direct_upload", "user_id_id")}
        ON ${layout.table("direct_upload")} (user_id, id)
    `);
    await query(`
      CREATE INDEX ${layout.part("direct_upload", "unfinished")}
        ON ${layout.table("direct_upload")} (status, lease_expires_at)
    `);
  },
  async down({ query }) {
    await query(refuseUnlessEmpty(layout, "direct_upload"));
    await query(`DROP TABLE ${layout.table("direct_upload")}`);
  },
});
