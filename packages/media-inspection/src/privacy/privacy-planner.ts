import { ByteCursor } from "../byte-cursor.js";
import { FedWalk, walkAtOnce } from "../fed-walk.js";
import { type InspectionLimits, resolveLimits } from "../limits.js";
import type { MediaFormat } from "../media-facts.js";
import type { EditPlan, Privacy } from "./edit-plan.js";
import { planEdits } from "./plan-edits.js";

/**
 * Plans what is removed from a file that `MediaInspector` accepts, from the same bytes and in bounded
 * memory. It is fed in the same way: `write` every chunk, then `end`; where they return false, `resume` in
 * later turns. `applyPlan` makes the file that the plan describes: it has the same pixels or sound, the same
 * facts but for tags that were removed, and its own plan is empty.
 *
 * Throws an `InspectionError`: `empty_file` and `unsupported_media_type` as `MediaInspector` does,
 * `invalid_media` where it is not certain what has to be removed.
 */
export class PrivacyPlanner {
  readonly #walk: FedWalk<EditPlan>;
  #format: MediaFormat | undefined;

  constructor(privacy: Privacy, limits: Partial<InspectionLimits> = {}) {
    const source = new ByteCursor(resolveLimits(limits));
    const walk = planEdits(source, privacy, (format) => {
      this.#format = format;
    });
    this.#walk = new FedWalk(source, walk);
  }

  /** The format that the beginning of the file shows; undefined before that. */
  get format(): MediaFormat | undefined {
    return this.#format;
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
  privacy: Privacy,
  bytes: Uint8Array,
  limits: Partial<InspectionLimits> = {},
): EditPlan {
  const source = new ByteCursor(resolveLimits(limits));
  return walkAtOnce(
    source,
    planEdits(source, privacy, () => undefined),
    bytes,
  );
}
