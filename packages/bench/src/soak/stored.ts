import { QueryTypes } from "sequelize";

import type { OpenStore } from "../subjects/object-store.js";

/** What there is in the database and in the bucket. */
export interface Stored {
  readonly files: number;
  /** Uploads and deletions that did not come to their end. */
  readonly unfinished: number;
  readonly objects: number;
  readonly multipartUploads: number;
}

/** Counts past the module. */
export async function countStored({ database, s3 }: OpenStore): Promise<Stored> {
  const [rows] = await database.query<Pick<Stored, "files" | "unfinished">>(
    `SELECT ((SELECT count(*) FROM images) + (SELECT count(*) FROM audio))::int AS files,
       (SELECT count(*) FROM object_store_journal)::int AS unfinished`,
    { type: QueryTypes.SELECT },
  );
  if (rows === undefined) throw new Error("the database gave no counts");
  return {
    ...rows,
    objects: await length(s3.list()),
    multipartUploads: await length(s3.listMultipartUploads()),
  };
}

async function length(items: AsyncIterable<{ key: string }>): Promise<number> {
  const keys: string[] = [];
  for await (const { key } of items) keys.push(key);
  return keys.length;
}
