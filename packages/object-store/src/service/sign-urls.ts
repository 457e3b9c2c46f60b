import type { MediaFileModel } from "../models/media-file.model.js";
import type { SignedUrl } from "../provider.js";
import { storageFailure } from "../upload/storage-failure.js";
import { contentDisposition } from "./content-disposition.js";
import type { Dependencies } from "./dependencies.js";
import type { CheckedUrlOptions } from "./url-options.js";

type Signed = Pick<MediaFileModel, "s3Key" | "contentType" | "originalFilename">;

/** Signs a GET of a file's object. It needs no request to S3. */
export async function signRow(
  { s3 }: Pick<Dependencies, "s3">,
  row: Signed,
  { disposition, ...life }: CheckedUrlOptions,
): Promise<SignedUrl> {
  try {
    return await s3.presignGet(row.s3Key, {
      ...life,
      responseContentType: row.contentType,
      responseContentDisposition: contentDisposition(disposition, downloadName(row)),
    });
  } catch (error) {
    throw storageFailure("sign a URL", error);
  }
}

/** The same for many files, by their ids. */
export async function signRows(
  dependencies: Pick<Dependencies, "s3">,
  rows: readonly MediaFileModel[],
  options: CheckedUrlOptions,
): Promise<Map<string, SignedUrl>> {
  return new Map(
    await Promise.all(
      rows.map(async (row) => [row.id, await signRow(dependencies, row, options)] as const),
    ),
  );
}

function downloadName(row: Signed): string {
  return row.originalFilename ?? row.s3Key.slice(row.s3Key.lastIndexOf("/") + 1);
}
