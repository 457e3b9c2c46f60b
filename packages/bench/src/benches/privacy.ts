import assert from "node:assert/strict";

import { fromPath, type UploadOptions } from "@repo/object-store";

import type { Bench, BenchCase, Variant } from "../bench.js";
import { GROWN, grownFile } from "../media/grown-media.js";
import { isImage, mediaFile, type MediaFile, type MediaFormat } from "../media/media-file.js";
import { openStore } from "../subjects/object-store.js";

const MB = 1_000_000;
const LARGE = 100 * MB;
const WARM_UP = 12 * MB;

const FORMATS = ["jpeg", "png", "webp", "m4a", "mp3", "wav", "flac"] as const;

const AGAINST = "nothing removed";

/** Most of the MP3 is sound that stays; most of the FLAC is padding that goes. */
function fileOf(format: (typeof FORMATS)[number], size: number): Promise<MediaFile> {
  if (format in GROWN) return grownFile(format as keyof typeof GROWN, size);
  return mediaFile({ format, byteSize: size });
}

export const privacy: Bench = {
  name: "privacy",
  summary: "A file of 100 MB by its path, freed of personal data, against the same as it came.",
  cases: FORMATS.map((format): BenchCase => {
    const file = () => fileOf(format, LARGE);
    const warmUp = () => fileOf(format, WARM_UP);
    return {
      name: format,
      needs: ["postgres", "sink"],
      prepare: async () => {
        await file();
        await warmUp();
      },
      variants: {
        ours: uploading({ format, file, warmUp }, "all"),
        [AGAINST]: uploading({ format, file, warmUp }, "keep"),
      },
      comparisons: [
        { metric: "wallSeconds", against: AGAINST, goal: { of: "ratio", atMost: 1.6 } },
        { metric: "cpuSeconds", against: AGAINST },
        {
          metric: "peakGrowthBytes",
          against: AGAINST,
          goal: { of: "difference", atMost: 8 * MB },
        },
      ],
    };
  }),
};

interface Work {
  format: MediaFormat;
  file: () => Promise<MediaFile>;
  warmUp: () => Promise<MediaFile>;
}

function uploading(
  { format, file, warmUp }: Work,
  choice: NonNullable<UploadOptions["privacy"]>,
): Variant {
  return {
    async start(services) {
      const { path, sha256 } = await file();
      const small = await warmUp();
      const { scope, close } = await openStore(services, "sink");
      const collection = isImage(format) ? scope.images : scope.audio;
      const upload = async (of: string) =>
        (await collection.upload({ body: fromPath(of) }, { privacy: choice })).file;
      await upload(small.path);
      let stored: Awaited<ReturnType<typeof upload>> | undefined;
      return {
        async run() {
          stored = await upload(path);
          return undefined;
        },
        check() {
          // Tests of the packages compare the bytes.
          assert.equal(stored?.sha256 === sha256, choice === "keep");
          return Promise.resolve();
        },
        close,
      };
    },
  };
}
