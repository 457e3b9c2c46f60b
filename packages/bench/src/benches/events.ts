import type { Bench, BenchCase } from "../bench.js";
import { mediaFile, type MediaRecipe } from "../media/media-file.js";
import { fromMemory, fromMemoryWith } from "../subjects/store-uploader.js";
import { throughputVariant } from "../subjects/throughput-variant.js";

const FILE: MediaRecipe = { format: "jpeg", byteSize: 200_000 };

/** Uploads of one round, by concurrency. */
const FILES = { 32: 1280, 1: 384 } as const;

const AGAINST = "no events";

export const events: Bench = {
  name: "events",
  summary: "A JPEG of 200 kB from memory, with an event of each, against the same without.",
  cases: ([1, 32] as const).map((concurrency): BenchCase => {
    const work = {
      s3Name: "sink",
      format: FILE.format,
      file: () => mediaFile(FILE),
      concurrency,
      files: FILES[concurrency],
    } as const;
    return {
      name: `${concurrency} at once`,
      needs: ["postgres", "sink"],
      prepare: async () => {
        await mediaFile(FILE);
      },
      variants: {
        ours: throughputVariant(fromMemoryWith({ events: true }), work),
        [AGAINST]: throughputVariant(fromMemory, work),
      },
      comparisons: [
        { metric: "wallSeconds", against: AGAINST, goal: { of: "ratio", atMost: 1.2 } },
        { metric: "cpuSeconds", against: AGAINST },
      ],
    };
  }),
};
