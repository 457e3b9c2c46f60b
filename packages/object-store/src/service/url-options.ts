import { described } from "../described.js";
import { InvalidInputError } from "../errors.js";
import type { UrlOptions } from "../provider.js";
import { checkInteger } from "./check.js";

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
