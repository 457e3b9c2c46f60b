import type { ImageDetails } from "../dto/file-details.js";
import type { AudioCreate } from "../dto/media-create.js";
import { copiedMetadata } from "../dto/metadata.js";
import type { FileMetadata } from "../file-metadata.js";
import { sanitizedFilename } from "../filename.js";

/** What a caller gives a file, whatever its bytes are, by attribute of its model; the rest is absent. */
export interface GivenValues {
  originalFilename?: string | null;
  title?: string | null;
  altText?: string | null;
  metadata?: FileMetadata;
  transcript?: string | null;
}

export function givenValues({
  filename,
  title,
  altText,
  metadata,
  transcript,
}: Partial<ImageDetails & AudioCreate>): GivenValues {
  return {
    ...(filename !== undefined && { originalFilename: sanitizedFilename(filename) }),
    ...(title !== undefined && { title }),
    ...(altText !== undefined && { altText }),
    ...(metadata !== undefined && { metadata: copiedMetadata("metadata", metadata ?? {}) }),
    ...(transcript !== undefined && { transcript }),
  };
}
