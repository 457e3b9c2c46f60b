import { isDeepStrictEqual } from "node:util";

import { beforeAll, describe, expect, it } from "@jest/globals";
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
} from "../support/planted-audio.js";
import { applied, audioPlan } from "../support/strip-audio.js";

const RUNS = 2000;
const MARK = Buffer.from("Marker 000000000", "latin1");

interface Damage {
  file: number;
  chunks: number[];
}

const count = { planned: 0 };
let files: { bytes: Buffer }[];

beforeAll(async () => {
  const sample = (await validSamples()).find(({ format }) => format === "flac");
  if (sample === undefined) throw new Error("there is no FLAC among the samples");
  const flac = Buffer.from(sample.bytes);
  const all: Places[] = [MP3_REMOVED, MP3_KEPT, WAV_REMOVED, WAV_KEPT, M4A_REMOVED, M4A_KEPT];
  const places = [...all, flacRemoved(flac), flacKept(flac)].flatMap((each) => Object.values(each));
  files = places.map((place) => ({ bytes: place(MARK) }));
});

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
function faultOf(bytes: Buffer, chunks: number[]): string | undefined {
  const plan = planned(bytes);
  if (!isDeepStrictEqual(planned(bytes, chunks), plan)) return "another plan in pieces";
  if (plan === undefined) return undefined;
  count.planned += 1;
  const again = planned(applied(bytes, plan));
  if (again === undefined) return "the file that it makes is refused";
  return again.edits.length > 0 ? `a second pass removes ${again.removed.join(", ")}` : undefined;
}

describe(`plans for ${RUNS} damaged files`, () => {
  it("are refused, or make files of which nothing is left to strip", () => {
    const found: string[] = [];
    (damagedFiles(RUNS, 20_260_201) as Damage[]).forEach((damaged, index) => {
      const fault = faultOf(applyMutations(damaged, files) as Buffer, damaged.chunks);
      if (fault !== undefined) found.push(`${index}: ${fault}`);
    });
    expect(found).toEqual([]);
    expect(count.planned).toBeGreaterThan(RUNS / 4);
  });
});
