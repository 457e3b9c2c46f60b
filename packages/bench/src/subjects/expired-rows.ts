import type { OpenStore } from "./object-store.js";

/**
 * Adds removals to the journal that crashed before they reached S3 and whose lease is over, half of
 * them of images and half of them of audio. Their objects are gone already, so that what is measured
 * is the work on rows and requests, and not the disk of a development server.
 */
export async function addExpiredRows(
  { database, userId }: OpenStore,
  count: number,
): Promise<void> {
  const kinds = [
    { kind: "image", folder: "images", extension: "png" },
    { kind: "audio", folder: "audio", extension: "mp3" },
  ];
  for (const { kind, folder, extension } of kinds) {
    await database.query(
      `INSERT INTO object_store_journal
         (id, kind, user_id, s3_key, purpose, may_have_parts, lease_expires_at, settled_at, created_at,
          updated_at)
       SELECT id, '${kind}', :userId, '${folder}/users/' || :userId || '/' || id || '.${extension}',
         'removal', false, now() - interval '1 hour', now() - interval '1 hour', now(), now()
       FROM (
         SELECT uuidv7() AS id FROM generate_series(1, ${Math.ceil(count / kinds.length)})
       ) AS ids`,
      { replacements: { userId } },
    );
  }
  await database.query("VACUUM ANALYZE object_store_journal");
}

export async function countRows({ database }: OpenStore): Promise<number> {
  const [[row]] = (await database.query("SELECT count(*) FROM object_store_journal")) as [
    { count: string }[],
    unknown,
  ];
  return Number(row?.count);
}
