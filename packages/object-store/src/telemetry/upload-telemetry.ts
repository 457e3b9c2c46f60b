import type { Span } from "@opentelemetry/api";

import { ObjectStoreError, type ObjectStoreErrorCode } from "../errors.js";
import type { AudioRead } from "../service/dto/audio-read.js";
import type { FileUploadResult } from "../service/dto/file-upload-result.js";
import type { ImageRead } from "../service/dto/image-read.js";
import { instruments } from "./instruments.js";

/** Codes that say something of the body, not of the servers. */
const REJECTIONS: ReadonlySet<ObjectStoreErrorCode> = new Set([
  "empty_file",
  "file_too_large",
  "invalid_media",
  "length_mismatch",
  "unsupported_media_type",
]);

/** Counts what became of an upload, and tells its span about the file. */
export async function countedUpload<Read extends ImageRead | AudioRead>(
  kind: "image" | "audio",
  span: Span,
  upload: Promise<FileUploadResult<Read>>,
): Promise<FileUploadResult<Read>> {
  const attributes = { "object_store.media.kind": kind };
  try {
    const result = await upload;
    const { id, contentType, byteSize } = result.file;
    span.setAttributes({
      "object_store.file.id": id,
      "object_store.file.content_type": contentType,
      "object_store.file.size": byteSize,
    });
    instruments().uploadSize.record(byteSize, {
      ...attributes,
      "object_store.file.content_type": contentType,
    });
    return result;
  } catch (error) {
    if (error instanceof ObjectStoreError && REJECTIONS.has(error.code)) {
      instruments().rejections.add(1, { ...attributes, "error.type": error.code });
    }
    throw error;
  }
}
