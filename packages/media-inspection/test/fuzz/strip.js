import { isDeepStrictEqual } from "node:util";

import { InspectionError, PlanEditor, PrivacyPlanner } from "../../dist/index.js";
import { stepsAllowed } from "../../dist/step-budget.js";
import { inspectIn } from "./inspect.js";
import { applyMutations, damagedFiles } from "./mutations.js";
import { isPerceived } from "./perceived.js";
import { plantedFiles, SECRET } from "./planted-files.js";

const PRIVACIES = ["all", "location"];
/** Of a sound that is stripped of all; its cover stays where it can be stripped. */
const KEPT_TAGS = "title,artist,album,genre,year,trackNumber,trackTotal,chapters".split(",");
const SECRETS = [Buffer.from(SECRET, "latin1"), Buffer.from(SECRET, "utf16le")];

/**
 * Damages files at random, and strips those that are accepted: what is left must have the same facts and
 * nothing more to lose, however it arrived, and without all no secret but in what is shown or played.
 *
 * @returns counts: of files that were stripped, were left as they are, and could not be stripped; and of secrets
 *   that became a part of what is shown or played, or of a file that others cannot decode
 */
export async function fuzzStripping({ files, others }, runs, seed, onFault) {
  const count = { stripped: 0, unchanged: 0, refused: 0, perceived: 0, undecodable: 0, faults: 0 };
  for (const [index, damaged] of damagedFiles(runs, seed).entries()) {
    const bytes = applyMutations(damaged, files, others);
    const { facts } = inspectIn(bytes, [bytes.length || 1]);
    if (facts === undefined) continue;
    for (const privacy of PRIVACIES) {
      const { fault, edits, left } = stripped(bytes, facts, privacy, damaged.chunks);
      const found = left && privacy === "all" ? await secretsIn(left, facts) : [];
      for (const each of ["perceived", "undecodable"]) if (found.includes(each)) count[each] += 1;
      const leak = found.find((each) => typeof each === "number");
      if (fault !== undefined || leak !== undefined) {
        count.faults += 1;
        const what = fault ?? `a secret is left at byte ${leak} of ${left.length}`;
        onFault(index, files[damaged.file % files.length].name, `without ${privacy}: ${what}`);
      } else if (edits === undefined) count.refused += 1;
      else if (edits > 0) count.stripped += 1;
      else count.unchanged += 1;
    }
  }
  return count;
}

/**
 * The files that are accepted, and as many with secrets. Others are what damaged files get parts of, anywhere:
 * without secrets, which would come into pictures and sounds.
 */
export async function filesToStrip(all) {
  const others = all.filter(
    ({ bytes }) => inspectIn(bytes, [bytes.length || 1]).facts !== undefined,
  );
  const planted = await plantedFiles();
  const files = others.flatMap((file, index) => [file, planted[index % planted.length]]);
  return { files, others };
}

/** Where a secret is left, or why it may be. */
async function secretsIn(left, facts) {
  const found = [];
  for (const secret of SECRETS) {
    for (let at = left.indexOf(secret); at >= 0; at = left.indexOf(secret, at + 1)) {
      const may = await isPerceived(left, at, secret.length, facts);
      found.push(may === undefined ? "undecodable" : may ? "perceived" : at);
    }
  }
  return found;
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
  const [was, is] = [facts, after.facts].map((each) => keptFacts(each, privacy));
  if (!isDeepStrictEqual(is, was)) {
    return { fault: `other facts: ${JSON.stringify([facts, after])}` };
  }
  const again = planIn(left, privacy, [left.length]);
  if (again.plan?.edits.length !== 0) return { fault: `more to lose: ${JSON.stringify(again)}` };
  return { edits: whole.plan.edits.length, left };
}

/** What must be the same. Where a FLAC's last frame ends is not known while other bytes follow it. */
function keptFacts(facts, privacy) {
  if (facts?.kind !== "audio" || privacy !== "all") return facts;
  const { tags, bitrate, ...others } = facts;
  const kept = KEPT_TAGS.map((name) => tags[name]);
  return { ...others, bitrate: facts.format === "flac" ? undefined : bitrate, kept };
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
    if (planner.steps > stepsAllowed(bytes.length)) return { fault: "it takes too many steps" };
    return { code: error.code };
  }
}
