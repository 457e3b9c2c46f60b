import assert from "node:assert/strict";

import { fromPath, inspectMedia } from "@repo/object-store";
import { parseFile } from "music-metadata";

import type { Bench, Variant } from "../bench.js";
import { mediaFile, type MediaRecipe } from "../media/media-file.js";
import { warmUpRecipe } from "../subjects/upload-variant.js";

/** Seconds of the longest frame: 1,152 samples at 32 kHz. */
const FRAME = 0.036;

const RECIPE: MediaRecipe = {
  format: "mp3",
  byteSize: 100_000_000,
  options: { vbrWithoutHeader: true },
};

export const duration: Bench = {
  name: "duration",
  summary: "How long an MP3 of 100 MB plays whose header does not tell, from its bytes alone.",
  cases: [
    {
      name: "MP3 VBR without Xing",
      needs: [],
      prepare: async () => {
        await mediaFile(RECIPE);
        await mediaFile(warmUpRecipe(RECIPE));
      },
      variants: { ours: variant(ours), "music-metadata": variant(musicMetadata) },
      comparisons: [
        {
          metric: "filesPerSecond",
          against: "music-metadata",
          goal: { of: "ratio", atLeast: 200 },
        },
        { metric: "cpuSeconds", against: "music-metadata" },
        { metric: "peakGrowthBytes", against: "music-metadata" },
      ],
    },
  ],
};

async function ours(path: string): Promise<number> {
  const facts = await inspectMedia(fromPath(path));
  return facts.kind === "audio" ? facts.durationSeconds : 0;
}

async function musicMetadata(path: string): Promise<number> {
  const { format } = await parseFile(path, { duration: true });
  return format.duration ?? 0;
}

function variant(secondsOf: (path: string) => Promise<number>): Variant {
  return {
    async start() {
      const { path } = await mediaFile(RECIPE);
      await secondsOf((await mediaFile(warmUpRecipe(RECIPE))).path);
      let seconds = 0;
      return {
        async run() {
          const start = performance.now();
          seconds = await secondsOf(path);
          return { filesPerSecond: 1000 / (performance.now() - start) };
        },
        async check() {
          const difference = Math.abs(seconds - (await ours(path)));
          assert.ok(difference <= FRAME, `the durations are ${difference} s apart`);
        },
        close: () => Promise.resolve(),
      };
    },
  };
}
