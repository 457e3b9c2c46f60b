import type { Migration } from "@repo/database";

import { refuseUnlessEmpty } from "./refuse-unless-empty.js";

/**
 * Uploads that clients send to S3 themselves. There is no foreign key to the owner: a row outlives
 * its owner as long as its URLs may bring bytes, and the file that it becomes has the key.
 */
export const createDirectUploads = (): Migration => ({
  name: "object-store/0006-create-direct-uploads",
  async up({ query }) {
    await query(`
      CREATE TABLE direct_uploads (
        id uuid PRIMARY KEY,
        user_id uuid,
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
        CONSTRAINT direct_uploads_s3_key_form CHECK (
          s3_key = 'staging/' || coalesce('users/' || user_id::text, 'system')
            || '/' || id::text || '.upload'
        ),
        CONSTRAINT direct_uploads_claim_ends CHECK ((claim IS NULL) = (claim_expires_at IS NULL)),
        CONSTRAINT direct_uploads_parts CHECK (multipart_id IS NULL OR part_byte_size IS NOT NULL),
        CONSTRAINT direct_uploads_refusal CHECK (
          (refusal_code IS NULL) = (refusal_message IS NULL)
        ),
        CONSTRAINT direct_uploads_one_outcome CHECK (
          num_nonnulls(file_id, refusal_code) = 0
          OR (num_nonnulls(file_id, refusal_code) = 1 AND status = 'deleting')
        )
      )
    `);
    await query(`CREATE INDEX direct_uploads_user_id_id ON direct_uploads (user_id, id)`);
    await query(`
      CREATE INDEX direct_uploads_unfinished ON direct_uploads (status, lease_expires_at)
    `);
  },
  async down({ query }) {
    await query(refuseUnlessEmpty("direct_uploads"));
    await query(`DROP TABLE direct_uploads`);
  },
});
