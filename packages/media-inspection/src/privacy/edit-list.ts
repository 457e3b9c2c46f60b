import { InspectionError } from "../errors.js";
import type { Edit, EditPlan, RemovedKind } from "./edit-plan.js";

const MAX_EDITS = 1 << 15;
const MAX_BYTES = 32 * 1024 * 1024;
const NOTHING = new Uint8Array();

/** Bytes of a file: from the first offset up to the second. */
export type Range = readonly [start: number, end: number];

/**
 * Collects the edits of a plan, in any order. Bounded: 32,768 edits, and 32 MiB that they write, which is
 * room for a cover of 8 MiB and for the tables of an audiobook.
 */
export class EditList {
  readonly #edits: { offset: number; length: number; bytes: Uint8Array }[] = [];
  readonly #removed = new Set<RemovedKind>();
  #bytes = 0;

  /** How many edits there are. */
  get size(): number {
    return this.#edits.length;
  }

  /** Drops the bytes from `start` up to `end`; does nothing where there are none. */
  drop(start: number, end: number, ...removed: RemovedKind[]): void {
    if (end > start) this.replace(start, end, NOTHING, ...removed);
  }

  /** Drops what lies between ranges that stay. */
  dropBetween(kept: readonly Range[], kind: RemovedKind): void {
    kept.slice(1).forEach(([start], index) => {
      this.drop(kept[index]?.[1] ?? start, start, kind);
    });
  }

  /**
   * Puts `bytes` in the place of those from `start` up to `end`. They are not copied.
   *
   * @throws InspectionError (`invalid_media`) beyond the bounds
   */
  replace(start: number, end: number, bytes: Uint8Array, ...removed: RemovedKind[]): void {
    this.name(removed);
    const last = this.#edits.at(-1);
    if (last !== undefined && last.offset + last.length === start && bytes.length === 0) {
      last.length += end - start;
      return;
    }
    this.#bytes += bytes.length;
    if (this.#edits.length === MAX_EDITS || this.#bytes > MAX_BYTES) {
      throw new InspectionError(
        "invalid_media",
        `The file has metadata in too many places to remove it: more than ${MAX_EDITS}, or ${MAX_BYTES} bytes to overwrite.`,
      );
    }
    this.#edits.push({ offset: start, length: end - start, bytes });
  }

  /** Puts `after` in the place of the bytes `before` at `offset`, as far as they differ. */
  change(offset: number, before: Uint8Array, after: Uint8Array, ...removed: RemovedKind[]): void {
    const shorter = Math.min(before.length, after.length);
    let head = 0;
    while (head < shorter && before[head] === after[head]) head += 1;
    if (head === before.length && head === after.length) return;
    let tail = 0;
    while (tail < shorter - head && before.at(-1 - tail) === after.at(-1 - tail)) tail += 1;
    const bytes = Buffer.from(after.subarray(head, after.length - tail));
    this.replace(offset + head, offset + before.length - tail, bytes, ...removed);
  }

  /** Names what is removed besides. */
  name(removed: Iterable<RemovedKind>): void {
    for (const kind of removed) this.#removed.add(kind);
  }

  /** Tells where an offset that stays is in the file that the edits make. */
  mover(): (offset: number) => number {
    const edits = this.#sorted();
    let grown = 0;
    const growth = edits.map(({ length, bytes }) => (grown += bytes.length - length));
    return (offset) => {
      let [low, high] = [0, edits.length];
      while (low < high) {
        const middle = (low + high) >>> 1;
        const edit = edits[middle];
        if (edit !== undefined && edit.offset + edit.length <= offset) low = middle + 1;
        else high = middle;
      }
      return offset + (growth[low - 1] ?? 0);
    };
  }

  plan(): EditPlan {
    return { edits: this.#sorted(), removed: [...this.#removed].sort() };
  }

  /** What is inserted at an offset comes before what is changed there. */
  #sorted(): Edit[] {
    return this.#edits.toSorted((a, b) => a.offset - b.offset || a.length - b.length);
  }
}
