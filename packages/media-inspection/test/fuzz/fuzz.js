import { createHash } from "node:crypto";

import { stepsAllowed } from "../../dist/step-budget.js";
import { faultOf } from "./faults.js";
import { inspectIn } from "./inspect.js";
import { applyMutations, damagedFiles } from "./mutations.js";

/**
 * Damages files at random, and inspects each whole and in pieces.
 *
 * @returns counts, a digest of all verdicts, and the largest share of its steps that a file took
 */
export function fuzz(files, runs, seed, onFault) {
  const count = { accepted: 0, refused: 0, faults: 0 };
  const verdicts = [];
  let steps = 0;
  let stepsPerByte = 0;
  damagedFiles(runs, seed).forEach((damaged, index) => {
    const bytes = applyMutations(damaged, files);
    const whole = inspectIn(bytes, [bytes.length || 1]);
    const fault = faultOf(whole, inspectIn(bytes, damaged.chunks));
    if (fault !== undefined) {
      count.faults += 1;
      onFault(index, files[damaged.file % files.length].name, fault);
    } else if (whole.facts === undefined) count.refused += 1;
    else count.accepted += 1;
    verdicts.push(JSON.stringify({ facts: whole.facts, code: whole.code }));
    steps = Math.max(steps, whole.steps / stepsAllowed(bytes.length));
    if (bytes.length >= 1000) stepsPerByte = Math.max(stepsPerByte, whole.steps / bytes.length);
  });
  const digest = createHash("sha256").update(verdicts.join("\n")).digest("hex").slice(0, 16);
  return { ...count, verdicts, digest, stepsShare: steps, stepsPerByte };
}
