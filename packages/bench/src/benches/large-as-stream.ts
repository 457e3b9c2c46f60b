import { libStorage } from "../baselines/file-uploaders.js";
import type { Bench } from "../bench.js";
import { LARGE_MEDIA } from "../media/large-media.js";
import { mediaFile } from "../media/media-file.js";
import { asStream } from "../subjects/store-uploader.js";
import { uploadVariant, warmUpRecipe } from "../subjects/upload-variant.js";

const MOST_MEMORY = 40_000_000;

export const largeAsStream: Bench = {
  name: "large-as-stream",
  summary: "A file of 100 MB as a stream of unknown length, against a managed upload of the same.",
  cases: Object.entries(LARGE_MEDIA).map(([name, recipe]) => {
    const work = { s3Name: "sink", recipe } as const;
    return {
      name,
      needs: ["postgres", "sink"],
      prepare: async () => {
        await mediaFile(recipe);
        await mediaFile(warmUpRecipe(recipe));
      },
      variants: {
        ours: uploadVariant(asStream, work),
        "lib-storage": uploadVariant(libStorage, work),
      },
      comparisons: [
        { metric: "wallSeconds", against: "lib-storage", goal: { of: "ratio", atMost: 0.8 } },
        { metric: "cpuSeconds", against: "lib-storage" },
        {
          metric: "peakGrowthBytes",
          against: "lib-storage",
          goal: { of: "ours", atMost: MOST_MEMORY },
        },
      ],
    };
  }),
};
