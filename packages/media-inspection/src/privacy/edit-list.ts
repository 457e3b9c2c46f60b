import { InspectionError } from "../errors.js";
import type { Edit, EditPlan, RemovedKind } from "./edit-plan.js";

/** What a plan may hold at most, so that its memory is bounded: edits, and bytes in them. */
const MAX_EDITS = 1 << 15;
const MAX_BYTES = 4 * 1024 * 1024;
const NOTHING = new Uint8Array();

/** Collects the edits of a plan, in any order. */
export class EditList {
  readonly #edits: { offset: number; length: number; bytes: Uint8Array }[] = [];
  readonly #removed = new Set<RemovedKind>();
  #bytes = 0;

  /** Drops `length` bytes (none: 0) at `offset`. */
  drop(offset: number, length: number, ...removed: RemovedKind[]): void {
    if (length > 0) this.replace(offset, length, NOTHING, ...removed);
  }

  /** Puts `bytes` in the place of `length` bytes at `offset`. */
  replace(offset: number, length: number, bytes: Uint8Array, ...removed: RemovedKind[]): void {
    for (const kind of removed) this.#removed.add(kind);
    const last = this.#edits.at(-1);
    if (last !== undefined && last.offset + last.length === offset && bytes.length === 0) {
      last.length += length;
      return;
    }
    this.#bytes += bytes.length;
    if (this.#edits.length === MAX_EDITS || this.#bytes > MAX_BYTES) {
      throw new InspectionError(
        "invalid_media",
        `The file has metadata in too many places to remove it: more than ${MAX_EDITS}, or ${MAX_BYTES} bytes to overwrite.`,
      );
    }
    this.#edits.push({ offset, length, bytes });
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
    this.replace(offset + head, before.length - head - tail, bytes, ...removed);
  }

  plan(): EditPlan {
    // What is inserted at an offset comes before what is changed there.
    const edits: Edit[] = this.#edits.sort((a, b) => a.offset - b.offset || a.length - b.length);
    return { edits, removed: [...this.#removed].sort() };
  }
}
