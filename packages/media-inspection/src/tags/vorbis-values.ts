import type { AudioTags } from "../media-facts.js";
import { ChapterList } from "./chapter-list.js";
import { CoverChoice } from "./cover-choice.js";
import { flacPicture, PICTURE_HEAD_BYTES, pictureBytes } from "./flac-picture.js";
import { type KeptContent, MAX_KEPT_PICTURE_BYTES } from "./kept-content.js";
import { addTag, type TagName } from "./tag-fields.js";
import { MAX_TEXT_BYTES, tagText } from "./tag-text.js";

/** The names of the Vorbis comment specification, and those that taggers agree on. */
const NAMES: ReadonlyMap<string, TagName> = new Map([
  ["TITLE=", "title"],
  ["ARTIST=", "artist"],
  ["ALBUM=", "album"],
  ["ALBUMARTIST=", "albumArtist"],
  ["ALBUM ARTIST=", "albumArtist"],
  ["COMPOSER=", "composer"],
  ["GENRE=", "genre"],
  ["COMMENT=", "comment"],
  ["LANGUAGE=", "language"],
  ["DATE=", "year"],
  ["YEAR=", "year"],
  ["TRACKNUMBER=", "trackNumber"],
  ["TRACKTOTAL=", "trackTotal"],
  ["TOTALTRACKS=", "trackTotal"],
  ["DISCNUMBER=", "discNumber"],
  ["DISCTOTAL=", "discTotal"],
  ["TOTALDISCS=", "discTotal"],
]);
/** Encoders and shops write comments here, but what is named a comment is preferred. */
const DESCRIPTION = "DESCRIPTION=";
const PICTURE = "METADATA_BLOCK_PICTURE=";
/** The picture's beginning in Base64. */
const PICTURE_TEXT_BYTES = PICTURE.length + Math.ceil(PICTURE_HEAD_BYTES / 3) * 4;
/** "Chapter Extension" of the Vorbis comment specification: time and title. */
const CHAPTER = /^CHAPTER(\d{3})(NAME)?=$/;
const TIME = /^(\d{1,4}):(\d{2}):(\d{2}(?:\.\d{1,9})?)$/;

/** Characters of the longest name that is known, with its `=`. */
export const LONGEST_KEY = PICTURE.length;

/** Gathers what Vorbis comments say; keys end with `=` and are in upper case. */
export class VorbisValues {
  readonly #tags: AudioTags = {};
  readonly #covers: CoverChoice;
  #description: string | undefined;
  /** By the number of the chapter, of three digits. */
  readonly #starts = new Map<string, number>();
  readonly #titles = new Map<string, string>();

  constructor(private readonly kept?: KeptContent) {
    this.#covers = new CoverChoice(kept);
  }

  /** Bytes of a field that must be kept, in front, to add it; 0 where it says nothing of interest. */
  wantedBytes(key: string): number {
    if (key === PICTURE) return this.kept ? MAX_KEPT_PICTURE_BYTES : PICTURE_TEXT_BYTES;
    return this.#isWanted(key) ? key.length + MAX_TEXT_BYTES + 1 : 0;
  }

  /** @param value its beginning where it is longer than what is wanted */
  add(key: string, value: Buffer, size: number): void {
    const name = NAMES.get(key);
    if (key === PICTURE) this.#addPicture(value, size);
    else if (name !== undefined) addTag(this.#tags, name, tagText(value, "utf-8"));
    else if (key === DESCRIPTION) this.#description ??= tagText(value, "utf-8");
    else this.#addChapter(key, tagText(value, "utf-8"));
  }

  tags(): AudioTags {
    const tags = { ...this.#tags };
    addTag(tags, "comment", this.#description);
    const { cover } = this.#covers;
    if (cover !== undefined) tags.cover = cover;
    const chapters = new ChapterList();
    for (const [number, start] of this.#starts) chapters.add(start, this.#titles.get(number));
    const sorted = chapters.sorted();
    if (sorted !== undefined) tags.chapters = sorted;
    return tags;
  }

  #isWanted(key: string): boolean {
    const name = NAMES.get(key);
    if (name !== undefined) return this.#tags[name] === undefined;
    return key === DESCRIPTION ? this.#description === undefined : CHAPTER.test(key);
  }

  #addPicture(value: Buffer, size: number): void {
    const head = Buffer.from(value.toString("latin1"), "base64");
    const picture = flacPicture(head, Math.floor((size * 3) / 4));
    if (picture === undefined) return;
    this.#covers.offer(picture, picture.kind, pictureBytes(head, picture));
  }

  #addChapter(key: string, text: string | undefined): void {
    const [, number = "", isName] = CHAPTER.exec(key) ?? [];
    if (text === undefined) return;
    if (isName !== undefined) {
      this.#titles.set(number, text);
      return;
    }
    const [, hours, minutes, seconds] = TIME.exec(text) ?? [];
    const start = 3600 * Number(hours) + 60 * Number(minutes) + Number(seconds);
    if (Number.isFinite(start)) this.#starts.set(number, start);
  }
}
