import type { InspectionLimits, MediaFacts } from "@repo/media-inspection";

import { MAX_FILE_BYTES } from "./options.js";
import { checkLimits } from "./checks.js";
import { openBody } from "./service/open-body.js";
import { borrowBlocks } from "./upload/body-memory.js";
import { Inspection } from "./upload/inspection.js";
import { MeasuredSource } from "./upload/measured-source.js";
import type { MediaBody } from "./upload/media-body.js";
import { UPLOAD_SECONDS, withUploadTime } from "./upload/abort.js";
import { HEAD_BYTES } from "./upload/sizes.js";

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
        inspectAll(new MeasuredSource(source, { maxBytes: MAX_FILE_BYTES, signal }), inspection),
      );
    } finally {
      inspection.close();
    }
  } finally {
    await source.close().catch(() => undefined);
  }
}

/** While one block is inspected, the next is read. */
async function inspectAll(source: MeasuredSource, inspection: Inspection): Promise<MediaFacts> {
  const blocks = borrowBlocks();
  let written: Promise<unknown> = Promise.resolve();
  try {
    // The head is enough to refuse what is no media file.
    for (let size: number | undefined = HEAD_BYTES; ; size = undefined) {
      const block = blocks.next().subarray(0, size);
      const [count] = await Promise.all([source.readAtLeast(block.byteLength, block), written]);
      const piece = block.subarray(0, count);
      if (source.hasEnded) {
        source.requireWhole();
        return await inspection.finish(piece);
      }
      written = inspection.write(piece);
      // Whoever waits next sees the failure; until then it must not count as unhandled.
      written.catch(() => undefined);
    }
  } finally {
    blocks.release(Promise.allSettled([source.reading, written]));
  }
}
