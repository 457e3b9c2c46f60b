import type { OpenStore } from "./object-store.js";

/**
 * Adds rows of deletions that crashed before they reached S3 and whose lease is over, half of them
 * images and half of them audio. Their objects are gone already, so that what is measured is the
 * work on rows and requests, and not the disk of a development server.
 */
export async function addExpiredRows(
  { database, userId }: OpenStore,
  count: number,
): Promise<void> {
  const kinds = [
    { table: "images", contentType: "image/png", extension: "png" },
    { table: "audio", contentType: "audio/mpeg", extension: "mp3" },
  ];
  for (const { table, contentType, extension } of kinds) {
    await database.query(
      `INSERT INTO ${table}
         (id, user_id, s3_key, content_type, status, lease_expires_at, created_at, updated_at)
       SELECT id, :userId, '${table}/users/' || :userId || '/' || id || '.${extension}',
         '${contentType}', 'deleting', now() - interval '1 hour', now(), now()
       FROM (
         SELECT uuidv7() AS id FROM generate_series(1, ${Math.ceil(count / kinds.length)})
       ) AS ids`,
      { replacements: { userId } },
    );
    await database.query(`VACUUM ANALYZE ${table}`);
  }
}

export async function countRows({ database }: OpenStore): Promise<number> {
  const [[row]] = (await database.query(
    `SELECT (SELECT count(*) FROM images) + (SELECT count(*) FROM audio) AS count`,
  )) as [{ count: string }[], unknown];
  return Number(row?.count);
}
