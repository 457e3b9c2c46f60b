import type { Sequelize } from "sequelize";

/** A file without an object, as lists and URLs need it. */
export interface StoredRow {
  id: string;
  userId: string | null;
  filename: string | null;
  contentType: keyof typeof EXTENSIONS;
  createdAt: Date;
}

const EXTENSIONS = {
  "image/jpeg": "jpg",
  "image/png": "png",
  "image/gif": "gif",
  "audio/mpeg": "mp3",
  "audio/wav": "wav",
} as const;

export async function insertRows(database: Sequelize, rows: readonly StoredRow[]): Promise<void> {
  for (const { id, userId, filename, contentType, createdAt } of rows) {
    await database.query(
      `${insertInto(contentType, userId)}
       FROM (VALUES ($1::uuid, $2::text, $3::timestamptz)) AS file (id, filename, created_at)`,
      { bind: [id, filename, createdAt] },
    );
  }
}

/** Many files of one owner, each a millisecond younger than the one before, named by their number. */
export async function fillWithRows(
  database: Sequelize,
  rows: { owner: string | null; contentType: keyof typeof EXTENSIONS; count: number },
): Promise<void> {
  await database.query(
    `${insertInto(rows.contentType, rows.owner)}
     FROM (
       SELECT 'file ' || n AS filename,
         timestamptz '2024-02-29' + n * interval '1 ms' AS created_at,
         encode(substring(int8send(1709164800000 + n) FROM 3), 'hex')
           || '7' || substr(md5(random()::text), 1, 3)
           || '8' || substr(md5(random()::text), 1, 15) AS hex
       FROM generate_series(1, $1) AS n
     ) AS made CROSS JOIN LATERAL (SELECT hex::uuid AS id, made.filename, made.created_at) AS file`,
    { bind: [rows.count] },
  );
}

function insertInto(contentType: keyof typeof EXTENSIONS, userId: string | null): string {
  const [table, facts, values] = contentType.startsWith("image/")
    ? ["images", "width, height, orientation, page_count, has_alpha", "3, 2, 1, 1, false"]
    : [
        "audio",
        "duration_seconds, duration_source, bitrate, sample_rate, channels, codec, lossless",
        "1.5, 'measured', 128000, 44100, 2, 'mp3', false",
      ];
  const folder = `${table}/${userId === null ? "system" : `users/${userId}`}`;
  return `
    INSERT INTO ${table} (id, user_id, s3_key, original_filename, content_type, byte_size, sha256,
      created_at, updated_at, ${facts})
    SELECT file.id, ${userId === null ? "NULL::uuid" : `'${userId}'::uuid`},
      '${folder}/' || file.id || '.${EXTENSIONS[contentType]}', file.filename, '${contentType}', 10,
      decode(repeat('ab', 32), 'hex'), file.created_at, file.created_at, ${values}
  `;
}
