import { createHash } from "node:crypto";

import type { createDatabase } from "@repo/database";
import type { S3Provider } from "@repo/s3-provider";
import { QueryTypes } from "sequelize";

export interface ObservedFile {
  id: string;
  s3_key: string;
  /** Hexadecimal. */
  sha256: string;
  title: string | null;
  isTrashed: boolean;
}

const FILES = `
  SELECT
    id, s3_key, encode(sha256, 'hex') AS sha256, title,
    restorable_until IS NOT NULL AS "isTrashed"
  FROM`;

/** A row of the journal. */
export interface ObservedUnfinished {
  id: string;
  purpose: "upload" | "removal";
  s3_key: string;
}

export interface ObservedDirectUpload {
  id: string;
  status: "pending" | "deleting";
  s3_key: string;
  /** The file that it became. */
  file_id: string | null;
}

export interface ObservedVariant {
  file_id: string;
  recipe: string;
  width: number;
  s3_key: string;
  /** Hexadecimal. */
  sha256: string;
}

export interface ObservedVariantFailure {
  file_id: string;
}

/** Everything that there is, read past the module. */
export interface Observed {
  files: readonly ObservedFile[];
  unfinished: readonly ObservedUnfinished[];
  directUploads: readonly ObservedDirectUpload[];
  variants: readonly ObservedVariant[];
  variantFailures: readonly ObservedVariantFailure[];
  /** SHA-256 of the bytes of every object, by key. */
  objects: ReadonlyMap<string, string>;
  /** Keys of the multipart uploads that nobody finished. */
  uploads: readonly string[];
}

export async function observe(
  database: ReturnType<typeof createDatabase>,
  s3: S3Provider,
): Promise<Observed> {
  const files = await database.query<ObservedFile>(`${FILES} images UNION ALL ${FILES} audio`, {
    type: QueryTypes.SELECT,
  });
  const unfinished = await database.query<ObservedUnfinished>(
    "SELECT id, purpose, s3_key FROM object_store_journal",
    { type: QueryTypes.SELECT },
  );
  const directUploads = await database.query<ObservedDirectUpload>(
    "SELECT id, status, s3_key, file_id FROM direct_uploads",
    { type: QueryTypes.SELECT },
  );
  const variants = await database.query<ObservedVariant>(
    `SELECT coalesce(image_id, audio_id) AS file_id, recipe, width, s3_key,
       encode(sha256, 'hex') AS sha256
     FROM media_variants`,
    { type: QueryTypes.SELECT },
  );
  const variantFailures = await database.query<ObservedVariantFailure>(
    "SELECT coalesce(image_id, audio_id) AS file_id FROM media_variant_failures",
    { type: QueryTypes.SELECT },
  );
  const objects = new Map<string, string>();
  for await (const { key } of s3.list()) objects.set(key, await hashOf(s3, key));
  const uploads: string[] = [];
  for await (const { key } of s3.listMultipartUploads()) uploads.push(key);
  return { files, unfinished, directUploads, variants, variantFailures, objects, uploads };
}

async function hashOf(s3: S3Provider, key: string): Promise<string> {
  const hash = createHash("sha256");
  const { body } = await s3.get(key);
  for await (const chunk of body as AsyncIterable<Uint8Array>) hash.update(chunk);
  return hash.digest("hex");
}
