import { beforeAll, describe, expect, it } from "@jest/globals";
import { brokenSamples, type Sample, validSamples } from "@repo/sample-media";

import { inspect, verdict } from "./support/inspect.js";

let samples: readonly Sample[];

beforeAll(async () => {
  samples = await validSamples();
});

describe("generated samples", () => {
  it("have the facts that they were made with", async () => {
    expect(new Set(samples.map(({ format }) => format)).size).toBe(8);
    for (const { name, format, bytes, expect: expected } of samples) {
      const facts = await inspect(bytes, { chunks: [5000, 1, 77] });
      const { durationSeconds, ...exact } = { durationSeconds: undefined, ...expected };
      expect({ name, ...facts }).toMatchObject({ name, format, ...exact });
      if (facts.kind === "audio")
        expect(facts.durationSeconds).toBeCloseTo(durationSeconds ?? 0, 3);
    }
  });

  it("that are broken are refused with their code", async () => {
    for (const { name, bytes, code } of await brokenSamples()) {
      expect({ name, verdict: await verdict(bytes) }).toEqual({ name, verdict: code });
    }
  });
});
