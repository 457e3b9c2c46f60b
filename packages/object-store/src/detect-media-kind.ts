import { MEDIA_FORMATS, type MediaKind } from "@repo/media-inspection";

import { EmptyFileError, InvalidMediaError, UnsupportedMediaTypeError } from "./errors.js";
import { openBody } from "./service/open-body.js";
import { InspectedBody } from "./upload/inspected-body.js";
import { Inspection } from "./upload/inspection.js";
import type { MediaBody } from "./upload/media-body.js";
import { UPLOAD_SECONDS, withUploadTime } from "./upload/abort.js";

/** What a body is rejected with that is no media file. */
const UNDETECTED = [EmptyFileError, InvalidMediaError, UnsupportedMediaTypeError];

/**
 * Which collection a body belongs to, by its content: only its head is read. Undefined when it is
 * neither an image nor audio of a supported format. A stream is consumed.
 *
 * @throws InvalidInputError (`invalid_input`) when the body is none or cannot be read,
 *   SourceFailedError (`source_failed`), ResourceUnavailableError (`resource_unavailable`)
 */
export async function detectMediaKind(body: MediaBody): Promise<MediaKind | undefined> {
  const source = await openBody(body);
  // Behind large tags there can only be audio, of whatever format.
  const inspection = new Inspection({}, { guessesFormat: true });
  try {
    const head = await withUploadTime(UPLOAD_SECONDS, [], ({ signal }) =>
      InspectedBody.open(source, { maxBytes: Infinity, inspection, signal }),
    );
    return MEDIA_FORMATS[head.format].kind;
  } catch (error) {
    if (UNDETECTED.some((each) => error instanceof each)) return undefined;
    throw error;
  } finally {
    inspection.close();
    await source.close().catch(() => undefined);
  }
}
