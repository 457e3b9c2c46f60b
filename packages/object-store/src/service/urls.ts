import { checkInteger } from "../checks.js";
import { described } from "../described.js";
import { InvalidInputError } from "../errors.js";
import type { MediaFileModel } from "../models/media-file.model.js";
import type { SignedUrl, UrlOptions } from "../provider.js";
import { storageFailure } from "../upload/storage-client.js";
import type { Dependencies } from "./dependencies.js";
import { contentDisposition } from "./filename.js";

/** SigV4's longest life of a presigned URL: 7 days, in seconds. */
export const MAX_URL_SECONDS = 604_800;

/** How to sign a URL, with every choice made. */
export interface CheckedUrlOptions {
  expiresIn: number;
  disposition: "inline" | "attachment";
  window: number | undefined;
}

/** @throws InvalidInputError (`invalid_input`) */
export function checkUrlOptions(
  options: UrlOptions,
  defaults: { urlExpiresIn: number; urlWindow: number | undefined },
  name = "expiresIn",
): CheckedUrlOptions {
  const { expiresIn = defaults.urlExpiresIn, disposition = "inline" } = options;
  const { window = defaults.urlWindow } = options;
  checkInteger(name, expiresIn, 1, MAX_URL_SECONDS);
  // Callers without type checking may pass anything.
  const given: string = disposition;
  if (given !== "inline" && given !== "attachment") {
    throw new InvalidInputError(
      `disposition must be "inline" or "attachment", and ${described(given)} came.`,
    );
  }
  return { expiresIn, disposition, window: checkUrlWindow("window", window) };
}

/** @throws InvalidInputError (`invalid_input`) */
export function checkUrlWindow(name: string, window: unknown): number | undefined {
  return window === undefined ? undefined : checkInteger(name, window, 1, MAX_URL_SECONDS);
}

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
