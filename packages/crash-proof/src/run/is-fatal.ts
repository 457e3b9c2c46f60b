import type { Case } from "../cases/case.js";
import { useCaseNamed } from "../cases/use-cases.js";

/**
 * Whether the child is not to live on after a case: it was killed, ends with its use case, its requests may still
 * hang, or it counted steps, which a process that has done nothing before has to do. After any other
 * its calls have ended, and it plays the next case, as the process of a server goes on after a trouble.
 */
export function isFatal({ trouble, useCase }: Case): boolean {
  return (
    trouble.type === "none" ||
    trouble.type === "kill" ||
    (trouble.type === "s3" && trouble.fault === "hang") ||
    useCaseNamed(useCase).exits === true
  );
}
