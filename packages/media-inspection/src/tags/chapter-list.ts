import type { Chapter } from "../media-facts.js";

const MAX_CHAPTERS = 1000;

/** Collects the chapters of a file, 1,000 at most. */
export class ChapterList {
  readonly #chapters: Chapter[] = [];

  /** Whether more chapters are ignored. */
  get isFull(): boolean {
    return this.#chapters.length >= MAX_CHAPTERS;
  }

  add(startSeconds: number, title: string | undefined): void {
    if (this.isFull || !(startSeconds >= 0 && Number.isFinite(startSeconds))) return;
    this.#chapters.push(title === undefined ? { startSeconds } : { startSeconds, title });
  }

  /** In the order of their start; undefined where there are none. */
  sorted(): readonly Chapter[] | undefined {
    if (this.#chapters.length === 0) return undefined;
    return this.#chapters.toSorted((one, other) => one.startSeconds - other.startSeconds);
  }
}
