import {
  flydrive,
  libStorage,
  libStorageWithoutChecksums,
  putWithoutChecksums,
} from "../baselines/file-uploaders.js";
import type { Bench, BenchCase } from "../bench.js";
import { LARGE_MEDIA } from "../media/large-media.js";
import { mediaFile, type MediaRecipe } from "../media/media-file.js";
import type { S3Name } from "../services/service-addresses.js";
import { byPath } from "../subjects/store-uploader.js";
import { uploadVariant, warmUpRecipe } from "../subjects/upload-variant.js";

const MB = 1_000_000;

export const largeByPath: Bench = {
  name: "large-by-path",
  summary: "A file of 100 MB by its path, with everything on, against bare uploads of the same.",
  cases: (["sink", "local-s3", "external"] as const).flatMap((s3Name) =>
    Object.entries(LARGE_MEDIA).map(([name, recipe]) => caseOf(name, recipe, s3Name)),
  ),
};

function caseOf(name: string, recipe: MediaRecipe, s3Name: S3Name): BenchCase {
  const work = { s3Name, recipe };
  // Servers that store cost more than any client: only the sink shows what the client costs.
  const isJudged = s3Name === "sink";
  return {
    name: `${name}, ${s3Name}`,
    needs: ["postgres", s3Name],
    prepare: async () => {
      await mediaFile(recipe);
      await mediaFile(warmUpRecipe(recipe));
    },
    variants: {
      ours: uploadVariant(byPath, work),
      "lib-storage": uploadVariant(libStorage, work),
      flydrive: uploadVariant(flydrive, work),
      ...(isJudged && {
        "lib-storage without checksums": uploadVariant(libStorageWithoutChecksums, work),
        "PutObject without checksums": uploadVariant(putWithoutChecksums, work),
      }),
    },
    comparisons: [
      {
        metric: "wallSeconds",
        against: "lib-storage",
        ...(isJudged && { goal: { of: "ratio", atMost: 0.3 } }),
      },
      {
        metric: "wallSeconds",
        against: "flydrive",
        ...(isJudged && { goal: { of: "ratio", atMost: 0.4 } }),
      },
      ...(isJudged
        ? [
            { metric: "wallSeconds", against: "lib-storage without checksums" },
            { metric: "wallSeconds", against: "PutObject without checksums" },
          ]
        : []),
      { metric: "cpuSeconds", against: "lib-storage" },
      {
        metric: "peakGrowthBytes",
        against: "lib-storage",
        goal: { of: "ours", atMost: (recipe.format === "m4a" ? 16 : 8) * MB },
      },
    ],
  };
}
