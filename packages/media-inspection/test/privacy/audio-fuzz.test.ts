import { describe, expect, it } from "@jest/globals";

import { fuzzAudioPlans } from "../support/audio-fuzz.js";

const RUNS = 500;

describe("plans for 500 damaged sounds", () => {
  it("are refused, or make files of which nothing is left to strip", async () => {
    const { faults, planned } = await fuzzAudioPlans(RUNS, 20_260_201);
    expect(faults).toEqual([]);
    expect(planned).toBeGreaterThan(RUNS / 4);
  });
});
