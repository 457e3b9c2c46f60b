import { naive } from "../baselines/naive.js";
import type { Bench, BenchCase } from "../bench.js";
import { mediaFile, type MediaRecipe } from "../media/media-file.js";
import { fromMemory } from "../subjects/store-uploader.js";
import { throughputVariant } from "../subjects/throughput-variant.js";

interface SmallFile {
  readonly recipe: MediaRecipe;
  /** How often it is uploaded, by concurrency. */
  readonly files: Readonly<Record<32 | 1, number>>;
  /** Files per second at concurrency 32, against the naive pipeline's. */
  readonly goal: number;
}

const FILES: Readonly<Record<string, SmallFile>> = {
  "WebP of 10 kB": {
    recipe: { format: "webp", byteSize: 9_726, sample: "bauhaus-lossless.webp" },
    files: { 32: 2560, 1: 384 },
    goal: 4,
  },
  "JPEG of 200 kB": {
    recipe: { format: "jpeg", byteSize: 200_000 },
    files: { 32: 1280, 1: 256 },
    goal: 3,
  },
  "MP3 of 3 MB": {
    recipe: { format: "mp3", byteSize: 3_000_000 },
    files: { 32: 256, 1: 96 },
    goal: 2,
  },
};

export const smallFiles: Bench = {
  name: "small-files",
  summary: "Small files from memory, with everything on, against the pipeline that most write.",
  cases: ([32, 1] as const).flatMap((concurrency) =>
    Object.entries(FILES).map(([name, file]) => caseOf(name, file, concurrency)),
  ),
};

function caseOf(name: string, { recipe, files, goal }: SmallFile, concurrency: 32 | 1): BenchCase {
  const work = {
    s3Name: "sink",
    format: recipe.format,
    file: () => mediaFile(recipe),
    concurrency,
    files: files[concurrency],
  } as const;
  return {
    name: `${name}, ${concurrency} at once`,
    needs: ["postgres", "sink"],
    prepare: async () => {
      await mediaFile(recipe);
    },
    variants: { ours: throughputVariant(fromMemory, work), naive: throughputVariant(naive, work) },
    comparisons: [
      {
        metric: "filesPerSecond",
        against: "naive",
        goal: { of: "ratio", atLeast: concurrency === 32 ? goal : 1 },
      },
      { metric: "cpuSeconds", against: "naive" },
      { metric: "peakGrowthBytes", against: "naive" },
    ],
  };
}
