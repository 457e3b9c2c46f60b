import { type GetOptions, type ObjectDownload, S3NotFoundError } from "@repo/s3-provider";

import { StorageError } from "./errors.js";
import type { StorageClient } from "./upload/storage-client.js";

/** Where the bytes of a file or a variant are. */
interface Stored {
  s3Key: string;
  byteSize: number;
}

/**
 * Opens the object of a row. Where it is gone, the row is read once more: it was deleted meanwhile, or
 * has another object by now.
 *
 * @param readAgain reads the row; what it throws is thrown
 * @returns the row whose object it is
 * @throws StorageError (`storage_error`) when the object has another size than was stored, S3Error
 */
export async function openStored<Row extends Stored>(
  s3: StorageClient,
  row: Row,
  readAgain: () => Promise<Row>,
  options: GetOptions,
): Promise<{ row: Row; object: ObjectDownload }> {
  try {
    return { row, object: await open(s3, row, options) };
  } catch (error) {
    if (!(error instanceof S3NotFoundError)) throw error;
    const current = await readAgain();
    if (current.s3Key === row.s3Key) throw error;
    return { row: current, object: await open(s3, current, options) };
  }
}

async function open(
  s3: StorageClient,
  { s3Key, byteSize }: Stored,
  options: GetOptions,
): Promise<ObjectDownload> {
  const object = await s3.get(s3Key, options);
  if (object.totalByteLength === byteSize) return object;
  object.body.destroy();
  throw new StorageError(
    `The file in S3 has ${object.totalByteLength} bytes; ${byteSize} were stored.`,
  );
}
