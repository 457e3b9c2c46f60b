import { createHash } from "node:crypto";

import { QueryTypes } from "sequelize";

import type { Site } from "./site.js";

interface Row {
  readonly id: string;
  /** A file, or what is unfinished. */
  readonly state: "file" | "upload" | "removal";
  readonly s3_key: string;
  /** Hexadecimal; null unless it is a file's. */
  readonly sha256: string | null;
}

/** Everything that is stored, read past the module. */
export interface Stored {
  readonly rows: readonly Row[];
  /** SHA-256 of the bytes of every object, by key. */
  readonly objects: ReadonlyMap<string, string>;
  /** Keys of the multipart uploads that nobody finished. */
  readonly unfinished: readonly string[];
  readonly temporaryFiles: readonly string[];
}

export async function observe(site: Site): Promise<Stored> {
  const rows = await rowsOf(site);
  const objects = new Map<string, string>();
  for await (const { key } of site.s3.list()) objects.set(key, await hashOf(site, key));
  const unfinished: string[] = [];
  for await (const { key } of site.s3.listMultipartUploads()) unfinished.push(key);
  return { rows, objects, unfinished, temporaryFiles: await site.temporaryFiles() };
}

export function rowsOf({ database }: Site): Promise<Row[]> {
  return database.query<Row>(
    `SELECT id, 'file' AS state, s3_key, encode(sha256, 'hex') AS sha256 FROM images
     UNION ALL
     SELECT id, 'file', s3_key, encode(sha256, 'hex') FROM audio
     UNION ALL
     SELECT id, purpose, s3_key, NULL FROM object_store_journal`,
    { type: QueryTypes.SELECT },
  );
}

async function hashOf({ s3 }: Site, key: string): Promise<string> {
  const hash = createHash("sha256");
  const { body } = await s3.get(key);
  for await (const chunk of body as AsyncIterable<Uint8Array>) hash.update(chunk);
  return hash.digest("hex");
}
