import type { InspectionLimits, MediaFacts } from "@repo/media-inspection";

import { MAX_FILE_BYTES } from "./options.js";
import { checkLimits } from "./checks.js";
import { openBody } from "./service/open-body.js";
import { Inspection } from "./upload/inspection.js";
import { MeasuredSource } from "./upload/measured-source.js";
import type { MediaBody } from "./upload/media-body.js";
import { readAll } from "./upload/read-all.js";
import { UPLOAD_SECONDS, withUploadTime } from "./upload/abort.js";

/**
 * Inspects a body as an upload would, without storing it. Consumes a stream.
 *
 * @throws InvalidInputError (`invalid_input`), SourceFailedError (`source_failed`), EmptyFileError
 *   (`empty_file`), FileTooLargeError (`file_too_large`), UnsupportedMediaTypeError
 *   (`unsupported_media_type`), InvalidMediaError (`invalid_media`), ResourceUnavailableError
 *   (`resource_unavailable`)
 */
export async function inspectMedia(
  body: MediaBody,
  limits: Partial<InspectionLimits> = {},
): Promise<MediaFacts> {
  const source = await openBody(body);
  try {
    const inspection = new Inspection(checkLimits(limits));
    try {
      return await withUploadTime(UPLOAD_SECONDS, [], ({ signal }) =>
        readAll(new MeasuredSource(source, { maxBytes: MAX_FILE_BYTES, signal }), inspection),
      );
    } finally {
      inspection.close();
    }
  } finally {
    await source.close().catch(() => undefined);
  }
}
