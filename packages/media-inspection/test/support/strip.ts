import { PlanEditor } from "../../src/privacy/apply-plan.js";
import type { EditPlan, Privacy } from "../../src/privacy/edit-plan.js";
import { PrivacyPlanner } from "../../src/privacy/privacy-planner.js";

export interface Stripped {
  plan: EditPlan;
  bytes: Buffer;
}

/** Strips an image that arrives in chunks of these sizes in turn. */
export function strip(
  bytes: Uint8Array,
  { privacy = "all", chunks = [65_536] }: { privacy?: Privacy; chunks?: number[] } = {},
): Stripped {
  const planner = new PrivacyPlanner(privacy);
  // One buffer for all chunks: what is kept must have been copied.
  const lent = Buffer.alloc(Math.max(...chunks));
  const parts = [...pieces(bytes, chunks)];
  for (const [index, part] of parts.entries()) {
    lent.set(part);
    let isDone = planner.write(lent.subarray(0, part.length));
    if (!isDone && index % 2 === 0) {
      planner.release();
      lent.fill(0xaa);
    }
    while (!isDone) isDone = planner.resume();
    lent.fill(0xaa);
  }
  for (let isDone = planner.end(); !isDone;) isDone = planner.resume();
  if (planner.plan === undefined) throw new Error("the plan did not end with the file");
  const editor = new PlanEditor(planner.plan);
  const edited = parts.flatMap((part) => [...editor.edit(part)]);
  return { plan: planner.plan, bytes: Buffer.concat([...edited, ...editor.end()]) };
}

function* pieces(bytes: Uint8Array, chunks: readonly number[]): Generator<Uint8Array> {
  for (let at = 0, index = 0; at < bytes.length; index += 1) {
    const piece = bytes.subarray(at, at + (chunks[index % chunks.length] ?? 1));
    yield piece;
    at += piece.length;
  }
}
