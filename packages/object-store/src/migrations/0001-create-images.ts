import type { Migration } from "@repo/database";

import type { Layout } from "../layout.js";
import { ownerColumn, ownerReference, ownerSegment, requireOwnerType } from "./owner-sql.js";
import { refuseUnlessEmpty } from "./refuse-unless-empty.js";
import { REQUIRE_UTF8 } from "./require-utf8.js";

export const createImages = (layout: Layout): Migration => ({
  name: "object-store/0001-create-images",
  async up({ query }) {
    await query(REQUIRE_UTF8);
    if (layout.owner !== null) await query(requireOwnerType(layout.owner, layout.ownerType));
    await query(`
      CREATE TABLE ${layout.table("image")} (
        id uuid PRIMARY KEY,
        user_id ${ownerColumn(layout)} NOT NULL ${ownerReference(layout)},
        category text NOT NULL CHECK (category <> ''),
        s3_key text NOT NULL UNIQUE,
        original_filename text CHECK (char_length(original_filename) BETWEEN 1 AND 255),
        content_type text NOT NULL
          CHECK (content_type IN ('image/jpeg', 'image/png', 'image/webp', 'image/gif')),
        byte_size integer CHECK (byte_size BETWEEN 1 AND 104857600),
        sha256 bytea CHECK (octet_length(sha256) = 32),
        status text NOT NULL CHECK (status IN ('pending', 'ready', 'deleting')),
        lease_expires_at timestamptz,
        idempotency_key text CHECK (char_length(idempotency_key) BETWEEN 1 AND 255),
        width integer CHECK (width > 0),
        height integer CHECK (height > 0),
        orientation smallint CHECK (orientation BETWEEN 1 AND 8),
        page_count integer CHECK (page_count > 0),
        has_alpha boolean,
        created_at timestamptz NOT NULL,
        updated_at timestamptz NOT NULL,
        CONSTRAINT ${layout.part("image", "s3_key_form")} CHECK (
          s3_key = 'images/users/' || ${ownerSegment(layout)} || '/' || id::text || CASE content_type
            WHEN 'image/jpeg' THEN '.jpg'
            WHEN 'image/png' THEN '.png'
            WHEN 'image/webp' THEN '.webp'
            WHEN 'image/gif' THEN '.gif'
          END
        ),
        CONSTRAINT ${layout.part("image", "lease_unless_ready")}
          CHECK ((status = 'ready') = (lease_expires_at IS NULL)),
        CONSTRAINT ${layout.part("image", "ready_is_complete")} CHECK (
          status <> 'ready'
          OR num_nulls(byte_size, sha256, width, height, orientation, page_count, has_alpha) = 0
        )
      )
    `);
    await query(`
      CREATE INDEX ${layout.part("image", "user_id_id")} ON ${layout.table("image")} (user_id, id)
    `);
    await query(`
      CREATE INDEX ${layout.part("image", "unfinished")}
        ON ${layout.table("image")} (lease_expires_at) WHERE status <> 'ready'
    `);
    await query(`
      CREATE UNIQUE INDEX ${layout.part("image", "idempotency")}
        ON ${layout.table("image")} (user_id, idempotency_key)
        NULLS NOT DISTINCT WHERE idempotency_key IS NOT NULL
    `);
  },
  async down({ query }) {
    await query(refuseUnlessEmpty(layout, "image"));
    await query(`DROP TABLE ${layout.table("image")}`);
  },
});
