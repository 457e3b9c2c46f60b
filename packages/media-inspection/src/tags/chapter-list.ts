import type { Chapter } from "../media-facts.js";

const MAX_CHAPTERS = 1000;
/** UTF-16 code units of all titles together; later titles are left out. */
const MAX_TITLE_UNITS = 65_536;

/** Collects the chapters of a file, 1,000 at most. */
export class ChapterList {
  readonly #chapters: Chapter[] = [];
  #unitsLeft = MAX_TITLE_UNITS;

  /** Whether more chapters are ignored. */
  get isFull(): boolean {
    return this.#chapters.length >= MAX_CHAPTERS;
  }

  add(startSeconds: number, title: string | undefined): void {
    if (this.isFull || !(startSeconds >= 0 && Number.isFinite(startSeconds))) return;
    const isKept = title !== undefined && title.length <= this.#unitsLeft;
    if (isKept) this.#unitsLeft -= title.length;
    this.#chapters.push(isKept ? { startSeconds, title } : { startSeconds });
  }

  /** In the order of their start; undefined where there are none. */
  sorted(): readonly Chapter[] | undefined {
    if (this.#chapters.length === 0) return undefined;
    return this.#chapters.toSorted((one, other) => one.startSeconds - other.startSeconds);
  }
}
