import type { ListedMultipartUpload, ListedObject } from "@repo/s3-provider";
import { QueryTypes, type Sequelize } from "sequelize";

import type { ObjectStoreMaintenance, UsageReport } from "../../src/maintenance.js";
import type { StorageClient } from "../../src/testing.js";

type Bucket = Pick<StorageClient, "list" | "listMultipartUploads">;

interface StoredInBucket {
  objects: ListedObject[];
  multipartUploads: ListedMultipartUpload[];
}

/** All that a store keeps, to be compared with what it keeps later. */
export interface Stored extends StoredInBucket {
  /** The rows of every table, with all of their columns. */
  rows: unknown[];
  usage: UsageReport;
}

interface StoreServers {
  database: Sequelize;
  s3: Bucket;
  maintenance: Pick<ObjectStoreMaintenance, "usage">;
}

const TABLES = [
  ...["images", "audio", "media_variants", "media_variant_failures"],
  ...["media_grants", "direct_uploads", "object_store_journal"],
];

export async function storedIn({ database, s3, maintenance }: StoreServers): Promise<Stored> {
  const selects = TABLES.map(
    (table) => `SELECT '${table}' AS name, id, to_jsonb(${table}) AS columns FROM ${table}`,
  );
  return {
    rows: await database.query(`${selects.join(" UNION ALL ")} ORDER BY name, id`, {
      type: QueryTypes.SELECT,
    }),
    usage: await maintenance.usage(),
    ...(await storedInBucket(s3)),
  };
}

export async function storedInBucket(s3: Bucket): Promise<StoredInBucket> {
  return {
    objects: await all(s3.list()),
    multipartUploads: await all(s3.listMultipartUploads()),
  };
}

async function all<Item>(items: AsyncIterable<Item>): Promise<Item[]> {
  const found: Item[] = [];
  for await (const item of items) found.push(item);
  return found;
}
