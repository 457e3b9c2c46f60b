import { libStorage } from "../baselines/file-uploaders.js";
import type { Bench } from "../bench.js";
import { LARGE_MEDIA } from "../media/large-media.js";
import { mediaFile } from "../media/media-file.js";
import { byPath } from "../subjects/store-uploader.js";
import { uploadVariant, warmUpRecipe } from "../subjects/upload-variant.js";

const AT_ONCE = 16;
const MOST_MEMORY = 32_000_000;
const LONGEST_DELAY_MS = 20;

export const largeAtOnce: Bench = {
  name: "large-at-once",
  summary: "16 uploads of 100 MB at once by path, against as many managed uploads.",
  cases: Object.entries(LARGE_MEDIA).map(([name, recipe]) => {
    const work = { s3Name: "sink", recipe, atOnce: AT_ONCE } as const;
    return {
      name,
      needs: ["postgres", "sink"],
      eventLoop: true,
      prepare: async () => {
        await mediaFile(recipe);
        await mediaFile(warmUpRecipe(recipe));
      },
      variants: {
        ours: uploadVariant(byPath, work),
        "lib-storage": uploadVariant(libStorage, work),
      },
      comparisons: [
        { metric: "wallSeconds", against: "lib-storage", goal: { of: "ratio", atMost: 0.25 } },
        { metric: "cpuSeconds", against: "lib-storage" },
        {
          metric: "peakGrowthBytes",
          against: "lib-storage",
          goal: { of: "ours", atMost: MOST_MEMORY },
        },
        {
          metric: "eventLoopP99Ms",
          against: "lib-storage",
          goal: { of: "ours", atMost: LONGEST_DELAY_MS },
        },
      ],
    };
  }),
};
