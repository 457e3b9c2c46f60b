import type { Edit, EditPlan } from "./edit-plan.js";

/**
 * Yields the file that a plan makes of a file, while its bytes pass. What stays is passed on without a
 * copy: a chunk must not change before the next one is asked for.
 */
export async function* applyPlan(
  chunks: Iterable<Uint8Array> | AsyncIterable<Uint8Array>,
  plan: EditPlan,
): AsyncGenerator<Uint8Array, void, undefined> {
  const editor = new PlanEditor(plan);
  for await (const chunk of chunks) yield* editor.edit(chunk);
  yield* editor.end();
}

/** Applies a plan to chunks that are pushed, in the order of the file. */
export class PlanEditor {
  readonly #edits: readonly Edit[];
  #next = 0;
  #offset = 0;

  constructor(plan: EditPlan) {
    this.#edits = plan.edits;
  }

  /** What the plan makes of the next bytes of the file, as parts of the chunk and the plan's own bytes. */
  *edit(chunk: Uint8Array): Generator<Uint8Array, void, undefined> {
    const start = this.#offset;
    const end = start + chunk.length;
    let at = start;
    for (;;) {
      const edit = this.#edits[this.#next];
      if (edit === undefined || edit.offset >= end) break;
      if (edit.offset > at) yield chunk.subarray(at - start, edit.offset - start);
      if (edit.offset >= start && edit.bytes.length > 0) yield edit.bytes;
      at = edit.offset + edit.length;
      if (at > end) break;
      this.#next += 1;
    }
    this.#offset = end;
    if (at < end) yield chunk.subarray(at - start);
  }

  /** What the plan puts behind the last byte. */
  *end(): Generator<Uint8Array, void, undefined> {
    for (const { offset, bytes } of this.#edits.slice(this.#next)) {
      if (offset >= this.#offset && bytes.length > 0) yield bytes;
    }
  }
}
