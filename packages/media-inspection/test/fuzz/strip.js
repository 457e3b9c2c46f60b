import { isDeepStrictEqual } from "node:util";

import { InspectionError, MEDIA_FORMATS, PlanEditor, PrivacyPlanner } from "../../dist/index.js";
import { inspectIn } from "./inspect.js";
import { applyMutations, damagedFiles } from "./mutations.js";

const PRIVACIES = ["all", "location"];

/**
 * Damages images at random, and strips those that are accepted: what is left must have the same facts and
 * nothing more to lose, however it arrived.
 *
 * @returns counts: of images that were stripped, were left as they are, and could not be stripped
 */
export function fuzzStripping(files, runs, seed, onFault) {
  const count = { stripped: 0, unchanged: 0, refused: 0, faults: 0 };
  damagedFiles(runs, seed).forEach((damaged, index) => {
    const bytes = applyMutations(damaged, files);
    const { facts } = inspectIn(bytes, [bytes.length || 1]);
    if (facts?.kind !== "image") return;
    for (const privacy of PRIVACIES) {
      const { fault, edits } = stripped(bytes, facts, privacy, damaged.chunks);
      if (fault !== undefined) {
        count.faults += 1;
        onFault(index, files[damaged.file % files.length].name, `without ${privacy}: ${fault}`);
      } else if (edits === undefined) count.refused += 1;
      else if (edits > 0) count.stripped += 1;
      else count.unchanged += 1;
    }
  });
  return count;
}

/** The images among files. */
export function imagesAmong(files) {
  return files.filter(({ bytes }) => {
    const { facts } = inspectIn(bytes, [bytes.length || 1]);
    return facts !== undefined && MEDIA_FORMATS[facts.format].kind === "image";
  });
}

function stripped(bytes, facts, privacy, chunks) {
  const whole = planIn(bytes, privacy, [bytes.length]);
  const inPieces = planIn(bytes, privacy, chunks);
  const own = whole.fault ?? inPieces.fault;
  if (own !== undefined) return { fault: own };
  if (!isDeepStrictEqual(whole, inPieces)) return { fault: "another plan in pieces" };
  if (whole.plan === undefined) return {};
  const editor = new PlanEditor(whole.plan);
  const left = Buffer.concat([...editor.edit(bytes), ...editor.end()]);
  const after = inspectIn(left, [left.length]);
  if (!isDeepStrictEqual(after.facts, facts)) {
    return { fault: `other facts: ${JSON.stringify([facts, after])}` };
  }
  const again = planIn(left, privacy, [left.length]);
  if (again.plan?.edits.length !== 0) return { fault: `more to lose: ${JSON.stringify(again)}` };
  return { edits: whole.plan.edits.length };
}

function planIn(bytes, privacy, chunks) {
  const planner = new PrivacyPlanner(privacy);
  const finish = (isDone) => {
    while (!isDone) isDone = planner.resume();
  };
  try {
    for (let at = 0, turn = 0; at < bytes.length; turn += 1) {
      const chunk = bytes.subarray(at, at + chunks[turn % chunks.length]);
      finish(planner.write(chunk));
      at += chunk.length;
    }
    finish(planner.end());
    return { plan: planner.plan };
  } catch (error) {
    if (!(error instanceof InspectionError)) return { fault: `wrong error: ${error.stack}` };
    if (error.cause !== undefined) return { fault: `${error.message} ${error.cause.stack}` };
    return { code: error.code };
  }
}
