import type { AudioTags } from "../media-facts.js";
import { contentTypeOf, CoverChoice } from "./cover-choice.js";
import { type KeptContent, MAX_KEPT_PICTURE_BYTES } from "./kept-content.js";
import { addTag, type TagName } from "./tag-fields.js";
import { MAX_TEXT_BYTES, tagText } from "./tag-text.js";

/** The keys of the specification, and those that taggers agree on; in lower case. */
const NAMES: ReadonlyMap<string, TagName> = new Map([
  ["title", "title"],
  ["artist", "artist"],
  ["album", "album"],
  ["album artist", "albumArtist"],
  ["albumartist", "albumArtist"],
  ["composer", "composer"],
  ["genre", "genre"],
  ["comment", "comment"],
  ["language", "language"],
  ["year", "year"],
  ["date", "year"],
  ["track", "trackNumber"],
  ["tracknumber", "trackNumber"],
  ["tracktotal", "trackTotal"],
  ["totaltracks", "trackTotal"],
  ["disc", "discNumber"],
  ["discnumber", "discNumber"],
  ["disctotal", "discTotal"],
  ["totaldiscs", "discTotal"],
]);
const COVER = "cover art (";
const FRONT_COVER = "cover art (front)";
const OTHER_PICTURE = 0;
/** A picture's file name comes before its bytes. */
const PICTURE_HEAD_BYTES = 1024;

export function isPictureKey(key: string): boolean {
  return key.toLowerCase().startsWith(COVER);
}

export function isKnownKey(key: string): boolean {
  return isPictureKey(key) || NAMES.has(key.toLowerCase());
}

/** Gathers what the items of an APE tag say. */
export class ApeValues {
  readonly #tags: AudioTags = {};
  readonly #covers: CoverChoice;

  constructor(private readonly kept?: KeptContent) {
    this.#covers = new CoverChoice(kept);
  }

  /** Bytes of a value that must be kept, in front, to add it; 0 where it says nothing of interest. */
  wantedBytes(key: string): number {
    if (isPictureKey(key)) return this.kept ? MAX_KEPT_PICTURE_BYTES : PICTURE_HEAD_BYTES;
    const name = NAMES.get(key.toLowerCase());
    return name === undefined || this.#tags[name] !== undefined ? 0 : MAX_TEXT_BYTES + 1;
  }

  /** @param size bytes of the whole value, of which `head` is the beginning */
  add(key: string, isText: boolean, head: Buffer, size: number): void {
    const lower = key.toLowerCase();
    const name = NAMES.get(lower);
    if (name !== undefined) {
      if (isText) addTag(this.#tags, name, tagText(head, "utf-8"));
      return;
    }
    const nameEnd = head.indexOf(0);
    if (nameEnd < 0) return;
    const extension = /\.(\w+)$/.exec(head.toString("latin1", 0, nameEnd))?.[1] ?? "";
    const cover = { contentType: contentTypeOf(extension), byteSize: size - nameEnd - 1 };
    const kind = lower === FRONT_COVER ? undefined : OTHER_PICTURE;
    this.#covers.offer(cover, kind, head.subarray(nameEnd + 1));
  }

  tags(): AudioTags {
    const { cover } = this.#covers;
    return cover === undefined ? this.#tags : { ...this.#tags, cover };
  }
}
