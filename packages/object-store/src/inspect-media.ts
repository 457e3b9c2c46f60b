import { EmptyFileError, FileTooLargeError } from "./errors.js";
import { isolatedInspector, sharedIsolation } from "./inspection/isolated-inspector.js";
import type { InspectionLimits } from "./inspection/inspection-limits.js";
import type { Inspection } from "./inspection/inspection.js";
import type { MediaFacts } from "./inspection/media-facts.js";
import { MAX_FILE_BYTES } from "./object-store-provider.js";
import { ImageCreate } from "./service/dto/image-create.js";
import { validated } from "./service/validated.js";
import { type BlockPair, borrowBlocks } from "./upload/block-pool.js";
import type { ByteSource } from "./upload/byte-source.js";
import type { MediaBody } from "./upload/media-body.js";
import { openByteSource } from "./upload/open-byte-source.js";
import { HEAD_BYTES } from "./upload/sizes.js";

/**
 * What an upload of this body would find it to be, without storing it. A stream is consumed.
 *
 * @throws InvalidInputError (`invalid_input`), SourceFailedError (`source_failed`), EmptyFileError
 *   (`empty_file`), FileTooLargeError (`file_too_large`), UnsupportedMediaTypeError
 *   (`unsupported_media_type`), InvalidMediaError (`invalid_media`), InspectionInterruptedError
 *   (`inspection_interrupted`)
 */
export async function inspectMedia(
  body: MediaBody,
  limits: Partial<InspectionLimits> = {},
): Promise<MediaFacts> {
  const inspector = isolatedInspector(sharedIsolation(), limits);
  const { body: checked } = validated(ImageCreate, { body });
  const source = await openByteSource(checked);
  const inspection = inspector.open();
  const blocks = borrowBlocks();
  const looks = new Looks();
  try {
    return await inspectAll(source, inspection, { blocks, looks });
  } finally {
    inspection.close();
    blocks.release(looks.over);
    await source.close();
  }
}

/** Who reads or writes the blocks: the source, and the inspection of the block before. */
class Looks {
  reading: Promise<unknown> = Promise.resolve();
  written: Promise<unknown> = Promise.resolve();

  /** Resolves when nobody does any more. */
  get over(): Promise<unknown> {
    return Promise.allSettled([this.reading, this.written]);
  }
}

/** Reads until the block is full or the source has ended, however small the pieces that it gives. */
async function filled(source: ByteSource, block: Uint8Array): Promise<number> {
  let count = 0;
  while (count < block.byteLength) {
    const more = await source.read(block.subarray(count));
    if (more === 0) break;
    count += more;
  }
  return count;
}

/** While one block is inspected, the next is read. */
async function inspectAll(
  source: ByteSource,
  inspection: Inspection,
  { blocks, looks }: { blocks: BlockPair; looks: Looks },
): Promise<MediaFacts> {
  const { byteLength = 0 } = source;
  if (byteLength > MAX_FILE_BYTES) throw new FileTooLargeError(MAX_FILE_BYTES);
  let byteSize = 0;
  for (;;) {
    // The head is enough to refuse what is no media file.
    const block = blocks.next().subarray(0, byteSize === 0 ? HEAD_BYTES : undefined);
    const reading = filled(source, block);
    looks.reading = reading;
    const [count] = await Promise.all([reading, looks.written]);
    byteSize += count;
    if (byteSize > MAX_FILE_BYTES) throw new FileTooLargeError(MAX_FILE_BYTES);
    if (byteSize === 0) throw new EmptyFileError("The file is empty.");
    const piece = block.subarray(0, count);
    if (count < block.byteLength) return await inspection.finish(piece);
    looks.written = inspection.write(piece);
    // Whoever waits next sees the failure; until then it must not count as unhandled.
    looks.written.catch(() => undefined);
  }
}
