import { checkInteger } from "../checks.js";
import { described } from "../described.js";
import { InvalidInputError } from "../errors.js";
import { contentDisposition } from "../filename.js";
import type { MediaFileModel } from "../models/media-file.model.js";
import type { SignedUrl, UrlOptions } from "../provider.js";
import { type StorageClient, storageFailure } from "../upload/storage-client.js";

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

/**
 * How to sign the URLs of files that are read together; undefined for none.
 *
 * @throws InvalidInputError (`invalid_input`)
 */
export function checkWithUrls(
  withUrls: unknown = false,
  defaults: Parameters<typeof checkUrlOptions>[1],
): CheckedUrlOptions | undefined {
  if (withUrls === false) return undefined;
  if (withUrls === true) return checkUrlOptions({}, defaults);
  if (typeof withUrls === "object" && withUrls !== null && !Array.isArray(withUrls)) {
    return checkUrlOptions(withUrls, defaults);
  }
  throw new InvalidInputError(
    `withUrls must be true, false or an object, and ${described(withUrls)} came.`,
  );
}

/** @throws InvalidInputError (`invalid_input`) */
export function checkUrlWindow(name: string, window: unknown): number | undefined {
  return window === undefined ? undefined : checkInteger(name, window, 1, MAX_URL_SECONDS);
}

/** What a URL says of its file. */
type Signed = Pick<MediaFileModel, "s3Key" | "contentType" | "downloadName">;

/** Signs a GET of a file's object. It needs no request to S3. */
export async function signFile(
  s3: Pick<StorageClient, "presignGet">,
  { s3Key, contentType, downloadName }: Signed,
  { disposition, ...life }: CheckedUrlOptions,
): Promise<SignedUrl> {
  try {
    return await s3.presignGet(s3Key, {
      ...life,
      responseContentType: contentType,
      responseContentDisposition: contentDisposition(disposition, downloadName),
    });
  } catch (error) {
    throw storageFailure("sign a URL", error);
  }
}

/** Adds a signed URL to the DTO of a file, and gives it back. */
export async function withUrl<Read extends object>(
  s3: Pick<StorageClient, "presignGet">,
  file: Read,
  row: Signed,
  options: CheckedUrlOptions,
): Promise<Read> {
  const { url, expiresAt } = await signFile(s3, row, options);
  return Object.assign(file, { url, urlExpiresAt: expiresAt });
}
