import { isDeepStrictEqual } from "node:util";

import { validSamples } from "@repo/sample-media";

import { InspectionError } from "../../src/errors.js";
import type { EditPlan } from "../../src/privacy/edit-plan.js";
import { inspectBytes } from "../../src/media-inspector.js";
import { applyMutations, damagedFiles } from "../fuzz/mutations.js";
import {
  flacKept,
  flacRemoved,
  M4A_KEPT,
  M4A_REMOVED,
  MP3_KEPT,
  MP3_REMOVED,
  type Places,
  WAV_KEPT,
  WAV_REMOVED,
} from "./planted-audio.js";
import { applied, audioPlan } from "./strip-audio.js";

const MARK = Buffer.from("Marker 000000000", "latin1");

interface Damage {
  file: number;
  mutations: unknown;
  chunks: number[];
}

/** What was found in damaged sounds. */
interface Findings {
  faults: string[];
  /** How many were not refused. */
  planned: number;
}

/** Damages sounds at random, plans them whole and in pieces, and plans what is left of them again. */
export async function fuzzAudioPlans(runs: number, seed: number): Promise<Findings> {
  const files = await plantedFiles();
  const findings: Findings = { faults: [], planned: 0 };
  (damagedFiles(runs, seed) as Damage[]).forEach((damaged, index) => {
    const bytes = applyMutations(damaged, files) as Buffer;
    const plan = planned(bytes);
    if (plan !== undefined) findings.planned += 1;
    const fault = faultOf(bytes, plan, damaged.chunks);
    if (fault !== undefined) findings.faults.push(`${index}: ${fault}`);
  });
  return findings;
}

async function plantedFiles(): Promise<{ bytes: Buffer }[]> {
  const sample = (await validSamples()).find(({ format }) => format === "flac");
  if (sample === undefined) throw new Error("there is no FLAC among the samples");
  const flac = Buffer.from(sample.bytes);
  const all: Places[] = [MP3_REMOVED, MP3_KEPT, WAV_REMOVED, WAV_KEPT, M4A_REMOVED, M4A_KEPT];
  const places = [...all, flacRemoved(flac), flacKept(flac)].flatMap((each) => Object.values(each));
  return places.map((place) => ({ bytes: place(MARK) }));
}

/** The plan for a file; undefined where it is refused. */
function planned(bytes: Buffer, chunks?: number[]): EditPlan | undefined {
  try {
    inspectBytes(bytes);
    return audioPlan(bytes, { chunks });
  } catch (error) {
    if (error instanceof InspectionError && error.cause === undefined) return undefined;
    throw error;
  }
}

/** What is wrong with the plan for a damaged file; undefined where nothing is, or the file is refused. */
function faultOf(bytes: Buffer, plan: EditPlan | undefined, chunks: number[]): string | undefined {
  if (!isDeepStrictEqual(planned(bytes, chunks), plan)) return "another plan in pieces";
  if (plan === undefined) return undefined;
  const again = planned(applied(bytes, plan));
  if (again === undefined) return "the file that it makes is refused";
  return again.edits.length > 0 ? `a second pass removes ${again.removed.join(", ")}` : undefined;
}
