import { ByteCursor, type Walk } from "../byte-cursor.js";
import { FedWalk, walkAtOnce } from "../fed-walk.js";
import { identify } from "../inspect.js";
import { type InspectionLimits, resolveLimits } from "../limits.js";
import type { MediaFormat } from "../media-facts.js";
import { planAudio } from "./audio/audio-plan.js";
import type { EditPlan, Privacy } from "./edit-plan.js";
import { onlyFormat } from "./only-format.js";
import { isImage, planImage } from "./plan-image.js";
import { stripPicture } from "./strip-picture.js";
import { placelessXmp } from "./xmp-places.js";

/**
 * Plans what is removed from a file that `MediaInspector` accepts, from the same bytes and in bounded
 * memory. It is fed in the same way: `write` every chunk, then `end`; where they return false, `resume` in
 * later turns. `applyPlan` makes the file that the plan describes: it has the same pixels or sound, the same
 * facts but for tags that were removed, and its own plan is empty.
 *
 * Throws an `InspectionError`: `unsupported_media_type` where the file is of another format, `invalid_media`
 * where it is not certain what has to be removed.
 */
export class PrivacyPlanner {
  readonly #walk: FedWalk<EditPlan>;

  constructor(format: MediaFormat, privacy: Privacy, limits: Partial<InspectionLimits> = {}) {
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
  format: MediaFormat,
  privacy: Privacy,
  bytes: Uint8Array,
  limits: Partial<InspectionLimits> = {},
): EditPlan {
  const source = new ByteCursor(resolveLimits(limits));
  return walkAtOnce(source, planEdits(source, format, privacy), bytes);
}

function planEdits(source: ByteCursor, format: MediaFormat, privacy: Privacy): Walk<EditPlan> {
  return isImage(format)
    ? identify(source, onlyFormat(format), () => planImage(source, format, privacy))
    : planAudio(source, format, privacy, { stripPicture, placelessXmp });
}
