import type { ByteCursor, Walk } from "../byte-cursor.js";
import type { AudioTags } from "../media-facts.js";
import {
  APE_DESCRIPTOR_BYTES,
  APE_ITEM_BYTES,
  apeDescriptor,
  beginsApeItems,
  readApe,
  readApeItems,
} from "./ape.js";
import { ENHANCED_BYTES, ID3V1_BYTES } from "./id3v1.js";
import { id3v2Header, readId3v2 } from "./id3v2.js";

/** Files have one or two. */
const MAX_TAGS = 8;

/** The tags that stand behind the last audio frame so far. */
export class PassedTags {
  #found: AudioTags[] = [];
  #bytes = 0;

  get found(): readonly AudioTags[] {
    return this.#found;
  }

  /** Bytes of all tags that were passed. */
  get bytes(): number {
    return this.#bytes;
  }

  /** Passes over one tag (ID3v2, APE or ID3v1). False where none begins at the cursor. */
  *pass(source: ByteCursor): Walk<boolean> {
    const start = source.position;
    const isPassed = yield* this.#pass(source);
    this.#bytes += source.position - start;
    return isPassed;
  }

  /** Forgets the tags, since audio follows them: they are those of another recording. */
  forget(): void {
    this.#found = [];
  }

  *#pass(source: ByteCursor): Walk<boolean> {
    const head = yield* source.peek(APE_ITEM_BYTES);
    const id3v2 = id3v2Header(head);
    const ape = apeDescriptor(head);
    if (id3v2?.isSyncsafe === true) {
      this.#add(yield* readId3v2(source, id3v2));
    } else if (ape !== undefined) {
      this.#add(yield* readApe(source, ape));
    } else if (head.toString("latin1", 0, 3) === "TAG") {
      yield* source.skip(head[3] === 0x2b ? ENHANCED_BYTES : ID3V1_BYTES);
    } else if (yield* beginsApeItems(source, head)) {
      this.#add(yield* readApeItems(source));
      const footer = apeDescriptor(yield* source.peek(APE_DESCRIPTOR_BYTES));
      yield* source.skip(footer === undefined ? 0 : APE_DESCRIPTOR_BYTES);
    } else {
      return false;
    }
    return true;
  }

  #add(tags: AudioTags): void {
    if (this.#found.length < MAX_TAGS && Object.keys(tags).length > 0) this.#found.push(tags);
  }
}
