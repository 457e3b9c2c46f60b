import type { ByteCursor, Walk } from "../byte-cursor.js";
import { foreignFormat, HEAD_BYTES, signedFormat } from "../known-formats.js";
import type { AudioTags } from "../media-facts.js";
import { APE_DESCRIPTOR_BYTES, apeDescriptor, readApe } from "./ape.js";
import { id3v2Header } from "./id3v2.js";
import { readLeadingId3v2 } from "./leading-id3v2.js";
import { mergeRichest } from "./tag-fields.js";

/** Files have one or two. */
const MAX_TAGS = 8;
/** Steps of `isPadding`, beyond reading. */
const SNIFF_STEPS = 1000;

export interface LeadingTags {
  tags: AudioTags;
  /** How many tags there were. */
  count: number;
  /** Zeros before and between them, and behind the last. */
  paddingBytes: number;
}

/** Passes over the tags in front of the audio, of any number and size, and reads them. */
export function* readLeadingTags(source: ByteCursor): Walk<LeadingTags> {
  const found: AudioTags[] = [];
  let count = 0;
  let paddingBytes = 0;
  for (;;) {
    const head = yield* source.peek(APE_DESCRIPTOR_BYTES);
    const id3v2 = id3v2Header(head);
    const ape = apeDescriptor(head);
    if (id3v2 !== undefined) {
      count += 1;
      keep(found, yield* readLeadingId3v2(source, id3v2));
    } else if (ape !== undefined) {
      // A footer without its header: the items, if any, lie behind us.
      count += ape.isHeader ? 1 : 0;
      keep(found, yield* readApe(source, ape));
    } else if (head[0] === 0 && (yield* isPadding(source))) {
      const start = source.position;
      yield* source.skipZeros(source.limits.maxHeadBytes);
      paddingBytes += source.position - start;
      // As many zeros are no padding.
      if (paddingBytes > source.limits.maxHeadBytes) break;
    } else {
      break;
    }
  }
  return { tags: mergeRichest(found), count, paddingBytes };
}

function keep(found: AudioTags[], tags: AudioTags): void {
  if (found.length < MAX_TAGS && Object.keys(tags).length > 0) found.push(tags);
}

/** Whether the zeros at the cursor are not part of a known format's beginning. */
function* isPadding(source: ByteCursor): Walk<boolean> {
  source.charge(SNIFF_STEPS);
  const head = yield* source.peek(HEAD_BYTES);
  return signedFormat(head) === undefined && foreignFormat(head) === undefined;
}
