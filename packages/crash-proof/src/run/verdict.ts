import type { Trouble } from "../job.js";
import type { Entry } from "../journal.js";

/** How a child came out of a case. */
export interface Ending {
  /** Whether it said that its use case is over. */
  ended: boolean;
  /** Whether it was given up, as it did not come to an end. */
  wasGivenUp: boolean;
  journal: readonly Entry[];
  /** What it wrote on standard error. */
  complaints: string;
}

/**
 * Whether the child met the end that its trouble meant for it, and what is wrong with another one. A
 * kill counts only where the child wrote, as the last of all, that it is about to end itself.
 */
export function verdictOn(
  trouble: Trouble,
  { ended, wasGivenUp, journal, complaints }: Ending,
): { wasKilled: boolean; wrong: string[] } {
  const wasKilled = trouble.type === "kill" && journal.at(-1)?.entry === "killing";
  const wrong = journal.flatMap((entry) =>
    entry.entry === "broken" && trouble.type !== "postgres"
      ? [`the use case broke: ${entry.message}`]
      : [],
  );
  const words = complaints.slice(-500);
  if (wasGivenUp) wrong.push(`it did not come to its end: ${words}`);
  else if (!ended && !wasKilled) wrong.push(`the process died by itself: ${words}`);
  return { wasKilled, wrong };
}
