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

const UPLOADERS = {
  "lib-storage": libStorage,
  flydrive,
  "lib-storage without checksums": libStorageWithoutChecksums,
  "PutObject without checksums": putWithoutChecksums,
} as const;

type Baseline = keyof typeof UPLOADERS;

/** Older servers refuse the checksums that the SDK adds to a stream, and flydrive cannot do without. */
const BASELINES: Readonly<Record<S3Name, readonly [Baseline, ...Baseline[]]>> = {
  sink: ["lib-storage", "flydrive", "lib-storage without checksums", "PutObject without checksums"],
  "local-s3": ["lib-storage", "flydrive"],
  external: ["lib-storage without checksums", "PutObject without checksums"],
};

/** Servers that store cost more than any client: only the sink shows what the client costs. */
const MOST_OF_WALL_TIME: Readonly<Partial<Record<Baseline, number>>> = {
  "lib-storage": 0.3,
  flydrive: 0.4,
};

export const largeByPath: Bench = {
  name: "large-by-path",
  summary: "A file of 100 MB by its path, with everything on, against bare uploads of the same.",
  cases: (["sink", "local-s3", "external"] as const).flatMap((s3Name) =>
    Object.entries(LARGE_MEDIA).map(([name, recipe]) => caseOf(name, recipe, s3Name)),
  ),
};

function caseOf(name: string, recipe: MediaRecipe, s3Name: S3Name): BenchCase {
  const work = { s3Name, recipe };
  const baselines = BASELINES[s3Name];
  const [first] = baselines;
  return {
    name: `${name}, ${s3Name}`,
    needs: ["postgres", s3Name],
    prepare: async () => {
      await mediaFile(recipe);
      await mediaFile(warmUpRecipe(recipe));
    },
    variants: {
      ours: uploadVariant(byPath, work),
      ...Object.fromEntries(
        baselines.map((baseline) => [baseline, uploadVariant(UPLOADERS[baseline], work)]),
      ),
    },
    comparisons: [
      ...baselines.map((against) => {
        const atMost = s3Name === "sink" ? MOST_OF_WALL_TIME[against] : undefined;
        return {
          metric: "wallSeconds",
          against,
          ...(atMost !== undefined && { goal: { of: "ratio", atMost } as const }),
        };
      }),
      { metric: "cpuSeconds", against: first },
      {
        metric: "peakGrowthBytes",
        against: first,
        goal: { of: "ours", atMost: (recipe.format === "m4a" ? 16 : 8) * MB },
      },
    ],
  };
}
