import type { ByteCursor, Walk } from "../byte-cursor.js";
import type { InspectionLimits } from "../inspection-limits.js";
import type { AudioTags } from "../media-facts.js";
import { PartCounter } from "../part-counter.js";
import { APE_DESCRIPTOR_BYTES, apeDescriptor, apeTags } from "./ape.js";
import { ID3V2_HEADER_BYTES, id3v2Header, readId3v2 } from "./id3v2.js";
import { mergeTags } from "./tag-text.js";

export interface LeadingTags {
  tags: AudioTags;
  /** How many tags there were. */
  count: number;
}

/** Passes over the tags in front of the audio, of any number and size, and reads them. */
export function* readLeadingTags(source: ByteCursor, limits: InspectionLimits): Walk<LeadingTags> {
  const parts = new PartCounter(limits.maxParts);
  let tags: AudioTags = {};
  let count = 0;
  for (;;) {
    parts.count();
    const head = yield* source.peek(APE_DESCRIPTOR_BYTES);
    const id3 = id3v2Header(head);
    const ape = apeDescriptor(head);
    if (id3 !== undefined) {
      tags = mergeTags([tags, yield* readId3v2(source, id3, limits, parts)]);
    } else if (ape !== undefined) {
      yield* source.skip(APE_DESCRIPTOR_BYTES);
      // A footer without its header: the items, if any, lie behind us.
      if (!ape.isHeader) continue;
      const body = yield* source.take(Math.min(ape.size, limits.maxTagBytes));
      tags = mergeTags([tags, apeTags(body, ape.items)]);
      yield* source.skip(ape.size - body.length);
    } else {
      return { tags, count };
    }
    count += 1;
  }
}

/** Passes over one ID3v2 or APE tag unread. False where none begins at the cursor. */
export function* skipTag(source: ByteCursor): Walk<boolean> {
  const head = yield* source.peek(APE_DESCRIPTOR_BYTES);
  const id3 = id3v2Header(head);
  const ape = apeDescriptor(head);
  if (id3 !== undefined) yield* source.skip(ID3V2_HEADER_BYTES + id3.bodyBytes);
  else if (ape !== undefined) {
    yield* source.skip(APE_DESCRIPTOR_BYTES + (ape.isHeader ? ape.size : 0));
  }
  return id3 !== undefined || ape !== undefined;
}
