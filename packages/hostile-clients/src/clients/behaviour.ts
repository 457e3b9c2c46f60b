import type { Answer } from "./answer.js";
import type { Picture } from "./media.js";

/** What one client works with. */
export interface Means {
  readonly port: number;
  readonly picture: Picture;
  /** From 0 up to 1. */
  readonly random: () => number;
}

/** What one client does, and how it is answered. */
export interface Behaviour {
  readonly name: string;
  /** Gives what came back. */
  readonly act: (means: Means) => Promise<readonly Answer[]>;
  /** The codes that are right, for each answer. */
  readonly right: readonly (readonly string[])[];
  /** Whether only the expected answer counts. Otherwise a time-out of a busy machine is accepted too. */
  readonly isHonest?: true;
}
