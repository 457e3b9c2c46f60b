import type { AudioTags } from "../media-facts.js";
import { ChapterList } from "./chapter-list.js";
import { contentTypeOf, CoverChoice } from "./cover-choice.js";
import { genreText } from "./genres.js";
import type { FrameContent } from "./id3v2-frame.js";
import { type KeptContent, MAX_KEPT_PICTURE_BYTES } from "./kept-content.js";
import { addTag, type TagName } from "./tag-fields.js";
import { MAX_TEXT_BYTES, type TagEncoding, tagText } from "./tag-text.js";

/** id3.org: "ID3 tag version 2.2.0", 4; "2.3.0", 4.2.1; "2.4.0 frames", 4.2. */
const TEXT_FRAMES: ReadonlyMap<string, TagName> = new Map([
  ...pairs("title", "TT2", "TIT2"),
  ...pairs("artist", "TP1", "TPE1"),
  ...pairs("album", "TAL", "TALB"),
  ...pairs("albumArtist", "TP2", "TPE2"),
  ...pairs("composer", "TCM", "TCOM"),
  ...pairs("genre", "TCO", "TCON"),
  ...pairs("language", "TLA", "TLAN"),
  ...pairs("year", "TYE", "TYER", "TDRC", "TDRL"),
  ...pairs("trackNumber", "TRK", "TRCK"),
  ...pairs("discNumber", "TPA", "TPOS"),
]);
const COMMENTS = ["COM", "COMM"];
const PICTURES = ["PIC", "APIC"];
export const CHAPTER = "CHAP";

const ENCODINGS: readonly TagEncoding[] = ["latin1", "utf-16le", "utf-16be", "utf-8"];
/** What iTunes, MusicMatch and others keep in comments under a description of their own. */
const PROGRAM_DATA = /^(iTun|MusicMatch_|Songs-DB_|c0$)/;
const GAPLESS = "iTunSMPB";
/** A picture's encoding, content type, kind and description: these come before its bytes. */
const PICTURE_HEAD_BYTES = 4096;
const LINK = "-->";
/** Of a chapter that is packed. */
const CHAPTER_BYTES = 64 * 1024;

/** Gathers what the frames of an ID3v2 tag say; the first of each kind counts. */
export class Id3v2Values {
  readonly #tags: AudioTags = {};
  readonly #covers: CoverChoice;
  readonly #chapters = new ChapterList();
  /** A comment with a description; one without is preferred. */
  #describedComment: string | undefined;

  /**
   * @param kept where pictures and gapless information go, if they are kept
   * @param only the one tag that is of interest, if not all are
   */
  constructor(
    private readonly kept?: KeptContent,
    private readonly only?: TagName,
  ) {
    this.#covers = new CoverChoice(kept);
  }

  /** Bytes of a frame that are to be kept, in front, to add it; 0 where it says nothing of interest. */
  wantedBytes(id: string): number {
    const name = TEXT_FRAMES.get(id);
    if (this.only !== undefined && name !== this.only) return 0;
    if (name !== undefined) return this.#tags[name] === undefined ? MAX_TEXT_BYTES + 1 : 0;
    if (COMMENTS.includes(id)) {
      return this.#tags.comment === undefined || this.kept ? 2 * MAX_TEXT_BYTES : 0;
    }
    if (PICTURES.includes(id)) return this.kept ? MAX_KEPT_PICTURE_BYTES : PICTURE_HEAD_BYTES;
    return id === CHAPTER && !this.#chapters.isFull ? CHAPTER_BYTES : 0;
  }

  add(id: string, content: FrameContent): void {
    const name = TEXT_FRAMES.get(id);
    if (name !== undefined) this.#addText(name, content.head);
    else if (COMMENTS.includes(id)) this.#addComment(content.head);
    else if (PICTURES.includes(id)) this.#addPicture(id, content);
  }

  addChapter(startSeconds: number, title: string | undefined): void {
    this.#chapters.add(startSeconds, title);
  }

  tags(): AudioTags {
    const tags = { ...this.#tags };
    addTag(tags, "comment", this.#describedComment);
    const { cover } = this.#covers;
    if (cover !== undefined) tags.cover = cover;
    const chapters = this.#chapters.sorted();
    if (chapters !== undefined) tags.chapters = chapters;
    return tags;
  }

  #addText(name: TagName, content: Buffer): void {
    const text = frameText(content[0], content.subarray(1));
    addTag(this.#tags, name, name === "genre" && text !== undefined ? genreText(text) : text);
  }

  /** Encoding, language, description, text. */
  #addComment(content: Buffer): void {
    const encoding = content[0];
    const textAt = terminatedEnd(content, 4, encoding);
    if (textAt === undefined) return;
    const description = frameText(encoding, content.subarray(4, textAt));
    const text = frameText(encoding, content.subarray(textAt));
    if (description === GAPLESS) this.kept?.keepGapless(text);
    if (description === undefined) addTag(this.#tags, "comment", text);
    else if (!PROGRAM_DATA.test(description)) this.#describedComment ??= text;
  }

  /** Encoding, content type (three letters in 2.2), kind, description, picture. */
  #addPicture(id: string, { head, size }: FrameContent): void {
    const typeEnd = id === "PIC" ? 4 : head.indexOf(0, 1);
    if (typeEnd < 0) return;
    const declared = head.toString("latin1", 1, typeEnd);
    const kindAt = id === "PIC" ? typeEnd : typeEnd + 1;
    const pictureAt = terminatedEnd(head, kindAt + 1, head[0]);
    if (pictureAt === undefined || declared === LINK) return;
    const cover = { contentType: contentTypeOf(declared), byteSize: size - pictureAt };
    this.#covers.offer(cover, head[kindAt], head.subarray(pictureAt));
  }
}

function pairs(name: TagName, ...ids: string[]): (readonly [string, TagName])[] {
  return ids.map((id) => [id, name] as const);
}

function frameText(encodingByte: number | undefined, text: Buffer): string | undefined {
  const encoding = ENCODINGS[encodingByte ?? 0];
  if (encoding === undefined) return undefined;
  const isBigEndian = encoding === "utf-16le" && text[0] === 0xfe && text[1] === 0xff;
  return tagText(text, isBigEndian ? "utf-16be" : encoding);
}

/** Offset behind the text that begins at `at` and its terminator; undefined where it has no end. */
function terminatedEnd(
  content: Buffer,
  at: number,
  encodingByte: number | undefined,
): number | undefined {
  const isWide = encodingByte === 1 || encodingByte === 2;
  if (!isWide) {
    const end = content.indexOf(0, at);
    return end < 0 ? undefined : end + 1;
  }
  for (let end = at; end + 1 < content.length; end += 2) {
    if (content[end] === 0 && content[end + 1] === 0) return end + 2;
  }
  return undefined;
}
