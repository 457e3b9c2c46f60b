import { ByteCursor, type Walk } from "../byte-cursor.js";
import { FedWalk } from "../fed-walk.js";
import { type InspectionLimits, resolveLimits } from "../limits.js";
import type { ImageFormat } from "../media-facts.js";
import type { EditPlan, Privacy } from "./edit-plan.js";
import { EditList } from "./edit-list.js";
import { planGif } from "./gif-edits.js";
import { planJpeg } from "./jpeg-edits.js";
import { planPng } from "./png-edits.js";
import { planWebp } from "./webp-edits.js";

/**
 * Plans what is removed from a file that `MediaInspector` accepts, from the same bytes and in bounded
 * memory. It is fed in the same way: `write` every chunk, then `end`; where they return false, `resume` in
 * later turns. `applyPlan` makes the file that the plan describes: it has the same facts and pixels, and its own
 * plan is empty.
 *
 * Throws an `InspectionError` (`invalid_media`) where it is not certain what has to be removed.
 */
export class PrivacyPlanner {
  readonly #walk: FedWalk<EditPlan>;

  constructor(format: ImageFormat, privacy: Privacy, limits: Partial<InspectionLimits> = {}) {
    const source = new ByteCursor(resolveLimits(limits));
    this.#walk = new FedWalk(source, planEdits(source, format, privacy));
  }

  /** Undefined before the file has ended. */
  get plan(): EditPlan | undefined {
    return this.#walk.result;
  }

  /** Steps that were taken, of some 10 ns each. */
  get steps(): number {
    return this.#walk.steps;
  }

  /** Takes the next bytes. They are copied where they are kept. */
  write(chunk: Uint8Array): boolean {
    return this.#walk.write(chunk);
  }

  /** Ends the file; `plan` is set once that is done. */
  end(): boolean {
    return this.#walk.end();
  }

  /** Goes on where the planner gave way. */
  resume(): boolean {
    return this.#walk.resume();
  }

  /** Copies what the planner has not read yet of the chunk, so that its memory may change. */
  release(): void {
    this.#walk.release();
  }
}

/**
 * The plan for a file that is in memory, at once: it holds the event loop for 150 ms at most.
 *
 * @throws InspectionError
 */
export function planPrivacy(
  format: ImageFormat,
  privacy: Privacy,
  bytes: Uint8Array,
  limits?: Partial<InspectionLimits>,
): EditPlan {
  const planner = new PrivacyPlanner(format, privacy, limits);
  for (let isDone = planner.write(bytes); !isDone;) isDone = planner.resume();
  for (let isDone = planner.end(); !isDone;) isDone = planner.resume();
  if (planner.plan === undefined) throw new Error("the plan did not end with the file");
  return planner.plan;
}

const PLANNERS = { jpeg: planJpeg, png: planPng, webp: planWebp, gif: planGif } as const;

function* planEdits(source: ByteCursor, format: ImageFormat, privacy: Privacy): Walk<EditPlan> {
  const edits = new EditList();
  yield* PLANNERS[format](source, edits, privacy);
  return edits.plan();
}
