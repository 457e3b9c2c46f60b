import { isDeepStrictEqual } from "node:util";

import { validSamples } from "@repo/sample-media";

import { InspectionError, inspectBytes, planPrivacy, PlanEditor } from "../../dist/index.js";
import { collectedFiles } from "../support/media-folders.js";

/** Of a sound's tags, those that stay; its cover is compared by its pixels. */
const KEPT_TAGS = "title,artist,album,genre,year,trackNumber,trackTotal,chapters".split(",");
/** The last frame of a FLAC that other bytes follow is taken to be as long as the longest. */
const ROUGH_BITRATES = ["flac-concatenated-twice.flac"];

/** Every sample, and every file of the corpora, that an upload would accept, with its facts. */
export async function acceptedFiles() {
  const samples = (await validSamples()).map((sample) => ({ ...sample, isValid: true }));
  return [...samples, ...collectedFiles()].flatMap(({ name, bytes, isValid }) => {
    const facts = accepted(() => inspectBytes(bytes));
    return facts === undefined ? [] : [{ name, bytes, isValid, facts }];
  });
}

/**
 * What is left of a file, and what is wrong with that by our own account; no bytes where it is refused, which
 * only a broken file may be.
 */
export function stripFile({ name, bytes, isValid, facts }, privacy) {
  const plan = accepted(() => planPrivacy(privacy, bytes));
  if (plan === undefined) return { faults: isValid ? ["is refused"] : [] };
  const editor = new PlanEditor(plan);
  const left = Buffer.concat([...editor.edit(bytes), ...editor.end()]);
  const faults = [];
  const after = accepted(() => inspectBytes(left));
  const [was, is] = [facts, after].map((each) => keptFacts(each, name, privacy));
  if (!isDeepStrictEqual(is, was)) faults.push(`other facts: ${JSON.stringify([was, is])}`);
  const again = accepted(() => planPrivacy(privacy, left));
  if (again?.edits.length !== 0) faults.push(`more to strip: ${JSON.stringify(again)}`);
  return { left, faults };
}

function accepted(work) {
  try {
    return work();
  } catch (error) {
    if (error instanceof InspectionError) return undefined;
    throw error;
  }
}

function keptFacts(facts, name, privacy) {
  if (facts?.kind !== "audio") return facts;
  const { tags, bitrate, ...others } = facts;
  const names = privacy === "all" ? KEPT_TAGS : Object.keys(tags);
  return {
    ...others,
    bitrate: ROUGH_BITRATES.includes(name) ? undefined : bitrate,
    tags: Object.fromEntries(names.map((tag) => [tag, tags[tag]])),
  };
}
