import { IsOptional } from "class-validator";

import type { FileMetadata } from "../file-metadata.js";
import { IsMetadata } from "./metadata.js";
import { IsStorableText, IsText } from "./rules.js";

const MAX_TITLE_CHARACTERS = 500;
export const MAX_ALT_TEXT_CHARACTERS = 2_000;

/**
 * What an application says of a file of either kind. At `update`, what is absent stays as it is, and null
 * removes it.
 */
export abstract class FileDetails {
  /** For people, kept as given: at most 500 characters (UTF-16 code units), without NUL. */
  @IsOptional()
  @IsStorableText(MAX_TITLE_CHARACTERS)
  readonly title?: string | null;

  /**
   * Values by name, such as `{ album: "Rome", rating: 5 }`: strings, finite numbers, booleans and nulls, at
   * most 4,096 bytes as JSON in UTF-8. It replaces what was there as a whole. Lists can be filtered by it.
   */
  @IsOptional()
  @IsMetadata()
  readonly metadata?: FileMetadata | null;

  /**
   * The name to offer at download, which gets the extension of the type if it has none. Path parts and
   * control characters are removed, and it never decides the type. At an upload, a `File` or a path brings
   * its own where none is given.
   */
  @IsOptional()
  @IsText(65_536)
  readonly filename?: string | null;
}

/** What an application says of an image. */
export class ImageDetails extends FileDetails {
  /**
   * The text in the place of the image where it is not seen: at most 2,000 characters (UTF-16 code units),
   * without NUL. HTML takes the empty string for a decoration, and none for an image that nobody described.
   */
  @IsOptional()
  @IsStorableText(MAX_ALT_TEXT_CHARACTERS)
  readonly altText?: string | null;
}

/** What an application says of an audio file. */
export class AudioDetails extends FileDetails {}
