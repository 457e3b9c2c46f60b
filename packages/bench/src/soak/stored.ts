import { QueryTypes } from "sequelize";

import type { OpenStore } from "../subjects/object-store.js";

/** What there is in the database and in the bucket. */
export interface Stored {
  readonly readyRows: number;
  /** Rows of uploads and deletions that did not come to their end. */
  readonly unfinishedRows: number;
  readonly objects: number;
  readonly multipartUploads: number;
}

/** Counts past the module. */
export async function countStored({ database, s3 }: OpenStore): Promise<Stored> {
  const [rows] = await database.query<{ ready: number; unfinished: number }>(
    `SELECT count(*) FILTER (WHERE status = 'ready')::int AS ready,
       count(*) FILTER (WHERE status <> 'ready')::int AS unfinished
     FROM (SELECT status FROM images UNION ALL SELECT status FROM audio) AS files`,
    { type: QueryTypes.SELECT },
  );
  if (rows === undefined) throw new Error("the database gave no counts");
  return {
    readyRows: rows.ready,
    unfinishedRows: rows.unfinished,
    objects: await length(s3.list()),
    multipartUploads: await length(s3.listMultipartUploads()),
  };
}

async function length(items: AsyncIterable<{ key: string }>): Promise<number> {
  const keys: string[] = [];
  for await (const { key } of items) keys.push(key);
  return keys.length;
}
