import type { Edit, EditPlan, RemovedKind } from "../edit-plan.js";

const NOTHING = new Uint8Array(0);

/** Bytes of a file: from the first offset up to the second. */
export type Range = readonly [start: number, end: number];

/** Gathers the edits of a file, in any order. */
export class EditList {
  readonly #edits: Edit[] = [];
  readonly #removed = new Set<RemovedKind>();

  /** Drops a range; does nothing where it is empty. */
  drop([start, end]: Range, ...kinds: RemovedKind[]): void {
    if (end > start) this.replace([start, end], NOTHING, ...kinds);
  }

  replace([start, end]: Range, bytes: Uint8Array, ...kinds: RemovedKind[]): void {
    this.#edits.push({ offset: start, length: end - start, bytes });
    for (const kind of kinds) this.#removed.add(kind);
  }

  /** Drops what lies between ranges that stay. */
  dropBetween(kept: readonly Range[], kind: RemovedKind): void {
    kept.slice(1).forEach(([start], index) => {
      this.drop([kept[index]?.[1] ?? start, start], kind);
    });
  }

  /** How many edits there are. */
  get size(): number {
    return this.#edits.length;
  }

  /** Names what is removed besides. */
  name(kinds: Iterable<RemovedKind>): void {
    for (const kind of kinds) this.#removed.add(kind);
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
    return { edits: this.#sorted(), removed: [...this.#removed] };
  }

  #sorted(): Edit[] {
    return this.#edits.toSorted((one, other) => one.offset - other.offset);
  }
}
