import { readFile } from "node:fs/promises";

import type { createDatabase } from "@repo/database";
import type { S3Provider } from "@repo/s3-provider";
import { v7 as uuidv7 } from "uuid";

import { KEY } from "../cases/key.js";
import { mediaAt } from "../cases/media-at.js";
import type { KnownFile } from "../job.js";
import type { MediaSet } from "./media.js";
import { JOURNAL, migratorOf } from "./migrator.js";

interface Setting {
  database: ReturnType<typeof createDatabase>;
  s3: S3Provider;
  media: MediaSet;
}

const OVER = "now() - interval '1 s'";
const HELD = "now() + interval '10 min'";

/** Unfinished rows of `images` and `audio`, as releases before the journal wrote them. */
const UNFINISHED = [
  { status: "pending", lease: OVER, key: "NULL", hasObject: true },
  { status: "pending", lease: HELD, key: "NULL", hasObject: false },
  { status: "pending", lease: HELD, key: `'${KEY}'`, hasObject: true },
  { status: "deleting", lease: OVER, key: "NULL", hasObject: true },
  { status: "deleting", lease: HELD, key: "NULL", hasObject: false },
] as const;

const TABLES = [
  { table: "images", extension: "png", contentType: "image/png" },
  { table: "audio", extension: "wav", contentType: "audio/wav" },
] as const;

/**
 * Goes back to the schema before the journal, and leaves rows of what is unfinished in every state
 * of that time. Gives their ids.
 */
export async function leaveStates(
  { database, s3, media }: Setting,
  userId: string,
  [file]: readonly KnownFile[],
): Promise<string[]> {
  await migratorOf(database).down({ to: JOURNAL });
  const ids: string[] = [];
  const { path, byteSize } = mediaAt(media.small, 0);
  const body = await readFile(path);
  const put = (key: string, contentType: string): Promise<unknown> =>
    s3.put({ key, body, byteLength: byteSize, contentType });

  for (const { table, extension, contentType } of TABLES) {
    for (const { status, lease, key: idempotencyKey, hasObject } of UNFINISHED) {
      const id = uuidv7();
      const key = `${table}/users/${userId}/${id}.${extension}`;
      // A key is one owner's for both kinds.
      const ofKind = table === "images" ? idempotencyKey : "NULL";
      await database.query(
        `INSERT INTO ${table} (id, user_id, s3_key, content_type, status, lease_expires_at,
           idempotency_key, created_at, updated_at)
         VALUES ('${id}', '${userId}', '${key}', '${contentType}', '${status}', ${lease},
           ${ofKind}, now(), now())`,
      );
      if (hasObject) await put(key, contentType);
      ids.push(id);
    }
  }
  const outcomes = [
    { status: "pending", lease: HELD, fileId: "NULL", refusal: "NULL" },
    { status: "pending", lease: OVER, fileId: "NULL", refusal: "NULL" },
    { status: "deleting", lease: HELD, fileId: `'${file?.id ?? ""}'`, refusal: "NULL" },
    { status: "deleting", lease: OVER, fileId: "NULL", refusal: "'checksum_mismatch'" },
  ];
  for (const { status, lease, fileId, refusal } of outcomes) {
    const id = uuidv7();
    const key = `staging/users/${userId}/${id}.upload`;
    await database.query(
      `INSERT INTO direct_uploads (id, user_id, kind, s3_key, content_type, byte_size, status,
         lease_expires_at, file_id, refusal_code, refusal_message, created_at, updated_at)
       VALUES ('${id}', '${userId}', 'image', '${key}', 'image/png', ${byteSize}, '${status}',
         ${lease}, ${fileId}, ${refusal}, ${refusal}, now(), now())`,
    );
    await put(key, "image/png");
    ids.push(id);
  }
  return ids;
}
