import type { Sequelize } from "sequelize";
import { v7 as uuidv7 } from "uuid";

const FILES = {
  image: { folder: "images", extension: "png" },
  audio: { folder: "audio", extension: "mp3" },
} as const;

/** Writes what a process leaves in the journal that is killed in an upload or a deletion. */
export async function addUnfinished(
  database: Sequelize,
  row: {
    purpose: "upload" | "removal";
    /** From now, such as `-1 s`. */
    lease: string;
    /** When no request can make the object any more, from now; with the lease when absent. */
    settled?: string;
    kind?: keyof typeof FILES;
    userId?: string | null;
    idempotencyKey?: string | null;
  },
): Promise<{ id: string; key: string }> {
  const { purpose, lease, settled = lease, kind = "image" } = row;
  const { userId = null, idempotencyKey = null } = row;
  const id = uuidv7();
  const { folder, extension } = FILES[kind];
  const key = `${folder}/${userId === null ? "system" : `users/${userId}`}/${id}.${extension}`;
  await database.query(
    `INSERT INTO object_store_journal (id, kind, user_id, s3_key, purpose, lease_expires_at,
       settled_at, idempotency_key, created_at, updated_at)
     VALUES ($1, $2, $3, $4, $5, now() + $6::interval, now() + $7::interval, $8, now(), now())`,
    { bind: [id, kind, userId, key, purpose, lease, settled, idempotencyKey] },
  );
  return { id, key };
}

/** Lets the leases in the journal be over, and requests that are on their way be lost. */
export async function expireUnfinished(database: Sequelize, condition = "true"): Promise<void> {
  await database.query(
    `UPDATE object_store_journal
     SET lease_expires_at = now() - interval '1 s', settled_at = now() - interval '1 s'
     WHERE id IN (SELECT id FROM object_store_journal WHERE ${condition} FOR UPDATE SKIP LOCKED)`,
  );
}
