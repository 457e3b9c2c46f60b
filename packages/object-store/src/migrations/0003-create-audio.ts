import type { Migration } from "@repo/database";

import type { Layout } from "../layout.js";
import { ownerColumn, ownerReference, ownerSegment } from "./owner-sql.js";
import { refuseUnlessEmpty } from "./refuse-unless-empty.js";

export const createAudio = (layout: Layout): Migration => ({
  name: "object-store/0003-create-audio",
  async up({ query }) {
    await query(`
      CREATE TABLE ${layout.table("audio")} (
        id uuid PRIMARY KEY,
        user_id ${ownerColumn(layout)} ${ownerReference(layout)},
        s3_key text NOT NULL UNIQUE,
        original_filename text CHECK (char_length(original_filename) BETWEEN 1 AND 255),
        content_type text NOT NULL
          CHECK (content_type IN ('audio/mpeg', 'audio/wav', 'audio/flac', 'audio/mp4')),
        byte_size integer CHECK (byte_size BETWEEN 1 AND 104857600),
        sha256 bytea CHECK (octet_length(sha256) = 32),
        status text NOT NULL CHECK (status IN ('pending', 'ready', 'deleting')),
        lease_expires_at timestamptz,
        idempotency_key text CHECK (char_length(idempotency_key) BETWEEN 1 AND 255),
        duration_seconds double precision
          CHECK (duration_seconds > 0 AND duration_seconds < 'Infinity'),
        duration_source text CHECK (duration_source IN ('measured', 'header', 'estimated')),
        bitrate integer CHECK (bitrate > 0),
        sample_rate integer CHECK (sample_rate > 0),
        channels smallint CHECK (channels > 0),
        codec text CHECK (codec <> ''),
        lossless boolean,
        tags jsonb NOT NULL DEFAULT '{}' CHECK (jsonb_typeof(tags) = 'object'),
        transcript text CHECK (char_length(transcript) <= 1000000),
        created_at timestamptz NOT NULL,
        updated_at timestamptz NOT NULL,
        CONSTRAINT ${layout.part("audio", "s3_key_form")} CHECK (
          s3_key = 'audio/' || coalesce('users/' || ${ownerSegment(layout)}, 'system')
            || '/' || id::text || CASE content_type
              WHEN 'audio/mpeg' THEN '.mp3'
              WHEN 'audio/wav' THEN '.wav'
              WHEN 'audio/flac' THEN '.flac'
              WHEN 'audio/mp4' THEN '.m4a'
            END
        ),
        CONSTRAINT ${layout.part("audio", "lease_unless_ready")}
          CHECK ((status = 'ready') = (lease_expires_at IS NULL)),
        CONSTRAINT ${layout.part("audio", "ready_is_complete")} CHECK (
          status <> 'ready'
          OR num_nulls(
            byte_size, sha256, duration_seconds, duration_source, bitrate, sample_rate, channels,
            codec, lossless
          ) = 0
        )
      )
    `);
    await query(`
      CREATE INDEX ${layout.part("audio", "user_id_id")} ON ${layout.table("audio")} (user_id, id)
    `);
    await query(`
      CREATE INDEX ${layout.part("audio", "unfinished")}
        ON ${layout.table("audio")} (lease_expires_at) WHERE status <> 'ready'
    `);
    await query(`
      CREATE UNIQUE INDEX ${layout.part("audio", "idempotency")}
        ON ${layout.table("audio")} (user_id, idempotency_key)
        NULLS NOT DISTINCT WHERE idempotency_key IS NOT NULL
    `);
  },
  async down({ query }) {
    await query(refuseUnlessEmpty(layout, "audio"));
    await query(`DROP TABLE ${layout.table("audio")}`);
  },
});
