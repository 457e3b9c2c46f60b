import type { ByteCursor, Walk } from "../byte-cursor.js";
import type { AudioTags } from "../media-facts.js";
import { beginsFrames, DUE } from "../audio/mpeg-sync.js";
import { APE_DESCRIPTOR_BYTES, apeDescriptor, apeSteps, apeTags } from "./ape.js";
import { ID3V2_HEADER_BYTES, type Id3v2Header, id3v2Header, readId3v2 } from "./id3v2.js";
import { mergeTags } from "./tag-fields.js";
import { ID3V1_BYTES } from "./trailing-tags.js";

export interface LeadingTags {
  tags: AudioTags;
  /** How many tags there were. */
  count: number;
}

/** Passes over the tags in front of the audio, of any number and size, and reads them. */
export function* readLeadingTags(source: ByteCursor): Walk<LeadingTags> {
  let tags: AudioTags = {};
  let count = 0;
  for (;;) {
    const head = yield* source.peek(APE_DESCRIPTOR_BYTES);
    const ape = apeDescriptor(head);
    const id3 = id3v2Header(head) ?? (yield* carelessHeader(source, head));
    if (id3 !== undefined) {
      tags = mergeTags([tags, yield* readId3v2(source, id3)]);
    } else if (ape !== undefined) {
      yield* source.skip(APE_DESCRIPTOR_BYTES);
      // A footer without its header: the items, if any, lie behind us.
      if (!ape.isHeader) continue;
      const body = yield* source.take(Math.min(ape.size, source.limits.maxTagBytes));
      source.charge(apeSteps(body, ape.items));
      tags = mergeTags([tags, apeTags(body, ape.items)]);
      yield* source.skip(ape.size - body.length);
    } else {
      return { tags, count };
    }
    count += 1;
  }
}

/** Passes over one tag (ID3v2, APE or ID3v1) unread. False where none begins at the cursor. */
export function* skipTag(source: ByteCursor): Walk<boolean> {
  const head = yield* source.peek(APE_DESCRIPTOR_BYTES);
  const bytes = tagBytes(head);
  yield* source.skip(bytes);
  return bytes > 0;
}

/** Length of the tag that begins with these bytes; 0 where none does. */
function tagBytes(head: Buffer): number {
  const id3 = id3v2Header(head);
  if (id3 !== undefined) return ID3V2_HEADER_BYTES + id3.bodyBytes;
  const ape = apeDescriptor(head);
  if (ape !== undefined) return APE_DESCRIPTOR_BYTES + (ape.isHeader ? ape.size : 0);
  return head.toString("latin1", 0, 3) === "TAG" ? ID3V1_BYTES : 0;
}

/**
 * The header of an ID3v2 tag whose size is not syncsafe, as some writers leave it: the plain size
 * is believed where frames follow the tag at once, and the tag is no larger than those kept.
 */
function* carelessHeader(source: ByteCursor, head: Buffer): Walk<Id3v2Header | undefined> {
  const header = id3v2Header(head, true);
  if (header === undefined || header.bodyBytes > source.limits.maxTagBytes) return undefined;
  const isFollowed = yield* beginsFrames(source, DUE, ID3V2_HEADER_BYTES + header.bodyBytes);
  return isFollowed ? header : undefined;
}
