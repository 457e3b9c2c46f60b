import { VARIANT_FORMATS } from "@repo/media-processing";

import { checkInteger } from "../checks.js";
import { described } from "../described.js";
import { InvalidInputError } from "../errors.js";
import { contentDisposition, variantName } from "../filename.js";
import type { MediaFileModel } from "../models/media-file.model.js";
import type { VariantModel } from "../models/variant.model.js";
import type { SignedUrl, UrlOptions, VariantOptions } from "../provider.js";
import { type StorageClient, storageFailure } from "../upload/storage-client.js";
import type { Recipe, Recipes } from "../rendering/recipes.js";

/** SigV4's longest life of a presigned URL: 7 days, in seconds. */
export const MAX_URL_SECONDS = 604_800;

/** How to sign a URL, with every choice made. */
export interface CheckedUrlOptions {
  expiresIn: number;
  disposition: "inline" | "attachment";
  window: number | undefined;
  shown: Shown;
}

/** What is shown of a file. */
export interface Shown {
  /** The recipe of its variant; undefined for the file itself. */
  variant: Recipe | undefined;
  /** Whether the file itself is shown where the variant was not made yet. */
  fallsBack: boolean;
}

interface UrlDefaults {
  urlExpiresIn: number;
  urlWindow: number | undefined;
  recipes: Recipes;
}

/** @throws InvalidInputError (`invalid_input`) */
export function checkShown({ variant, fallback }: VariantOptions, recipes: Recipes): Shown {
  // Callers without type checking may pass anything.
  const given: unknown = fallback;
  if (given !== undefined && given !== "original") {
    throw new InvalidInputError(
      `fallback must be "original" or absent, and ${described(given)} came.`,
    );
  }
  return {
    variant: variant === undefined ? undefined : recipes.get(variant),
    fallsBack: given === "original",
  };
}

/** @throws InvalidInputError (`invalid_input`) */
export function checkUrlOptions(
  options: UrlOptions,
  defaults: UrlDefaults,
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
  const shown = checkShown(options, defaults.recipes);
  return { expiresIn, disposition, window: checkUrlWindow("window", window), shown };
}

/**
 * How to sign the URLs of files that are read together; undefined for none.
 *
 * @throws InvalidInputError (`invalid_input`)
 */
export function checkWithUrls(
  withUrls: unknown = false,
  defaults: UrlDefaults,
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

/** An object, and what a URL says of it. */
export interface Signed {
  s3Key: string;
  contentType: string;
  downloadName: string;
}

/** What is shown of a file that was read with its variant; undefined for a variant that was not made yet. */
export function shownOf(
  file: MediaFileModel,
  { variant: recipe, fallsBack }: Shown,
): MediaFileModel | VariantModel | undefined {
  if (recipe === undefined) return file;
  return file.variant ?? (fallsBack ? file : undefined);
}

/** Signs a GET of what is shown of a file; undefined for a variant that was not made yet. */
export async function signShown(
  s3: Pick<StorageClient, "presignGet">,
  file: MediaFileModel,
  options: CheckedUrlOptions,
): Promise<SignedUrl | undefined> {
  const shown = shownOf(file, options.shown);
  if (shown === undefined) return undefined;
  const { s3Key, contentType } = shown;
  const downloadName = shown === file ? file.downloadName : variantNameOf(file, contentType);
  return signFile(s3, { s3Key, contentType, downloadName }, options);
}

function variantNameOf(file: MediaFileModel, contentType: string): string {
  const formats = Object.values(VARIANT_FORMATS);
  const extension = formats.find((format) => format.contentType === contentType)?.extension;
  return variantName(file.downloadName, extension ?? "");
}

/** Signs a GET of an object. It needs no request to S3. */
export async function signFile(
  s3: Pick<StorageClient, "presignGet">,
  { s3Key, contentType, downloadName }: Signed,
  { disposition, expiresIn, window }: CheckedUrlOptions,
): Promise<SignedUrl> {
  try {
    return await s3.presignGet(s3Key, {
      expiresIn,
      window,
      responseContentType: contentType,
      responseContentDisposition: contentDisposition(disposition, downloadName),
    });
  } catch (error) {
    throw storageFailure("sign a URL", error);
  }
}

/** Adds a signed URL to the DTO of a file, and gives it back; null for a variant that was not made yet. */
export async function withUrl<Read extends object>(
  s3: Pick<StorageClient, "presignGet">,
  file: Read,
  row: MediaFileModel,
  options: CheckedUrlOptions,
): Promise<Read> {
  const signed = await signShown(s3, row, options);
  return Object.assign(file, {
    url: signed?.url ?? null,
    urlExpiresAt: signed?.expiresAt ?? null,
  });
}
