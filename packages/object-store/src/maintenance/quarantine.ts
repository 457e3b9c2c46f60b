import type { ListedObject } from "@repo/s3-provider";

import type { MediaFileModel } from "../models/media-file.model.js";
import type { StorageClient } from "../upload/storage-client.js";

/** Where an audit keeps what it removes, under its own key. */
export const QUARANTINE = "quarantine/";

/**
 * Moves an object. It is copied first, and only as the one that was looked at: a process that dies
 * in between leaves both, for the next audit.
 */
export async function quarantineObject(
  s3: StorageClient,
  { key, etag }: Pick<ListedObject, "key" | "etag">,
  signal: AbortSignal | undefined,
): Promise<void> {
  const targetKey = `${QUARANTINE}${key}`;
  await s3.copy({ sourceKey: key, targetKey, copySourceIfMatch: etag, signal });
  await s3.delete(key, { signal });
}

/** Where a row without an object is kept. */
export function quarantinedRowKey({ s3Key }: MediaFileModel): string {
  return `${QUARANTINE}${s3Key}.json`;
}

/** Keeps a row whose object is missing, as JSON with the column's names as the module has them. */
export async function quarantineRow(
  s3: StorageClient,
  row: MediaFileModel,
  signal: AbortSignal | undefined,
): Promise<void> {
  const columns = { ...row.get(), sha256: row.sha256.toString("hex") };
  const body = Buffer.from(JSON.stringify(columns, null, 2));
  await s3.put({
    key: quarantinedRowKey(row),
    contentType: "application/json",
    byteLength: body.byteLength,
    body,
    signal,
  });
}
