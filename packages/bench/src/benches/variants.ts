import assert from "node:assert/strict";

import { naiveWithThumbnail } from "../baselines/naive.js";
import { sharpMaker } from "../baselines/sharp-maker.js";
import type { Bench, BenchCase, Round, Variant } from "../bench.js";
import { filledDatabase, FILES_PER_OWNER } from "../lists/filled-database.js";
import { objectStorePages, PAGE_SIZE, variantPages } from "../lists/page-reader.js";
import { photograph12, photograph3 } from "../media/photograph.js";
import { type OpenPictureMaker, processMaker } from "../subjects/picture-maker.js";
import { databaseUrl, type ServiceAddresses } from "../services/service-addresses.js";
import { fromMemoryWith } from "../subjects/store-uploader.js";
import { throughputVariant } from "../subjects/throughput-variant.js";

const MB = 1_000_000;

/** Pixels. */
const WIDTHS = [200, 800, 1600];

/** How often the pictures are made in a round: CPU time of other processes is known to 10 ms. */
const REPETITIONS = 5;

/** Pixels. */
const THUMBNAIL = 320;

/** Of each sort that a round reads. */
const PAGES = 300;

export const variants: Bench = {
  name: "variants",
  summary:
    "Pictures of photographs, against sharp alone: made of 12 MP, with an upload of 3 MP, and listed.",
  cases: [made(), uploaded(), listed()],
};

function made(): BenchCase {
  const separate = "three pipelines";
  const fullSize = "full size first";
  return {
    name: `12 MP to WebP of ${WIDTHS.join(", ")} pixels`,
    needs: [],
    platform: "linux",
    prepare: async () => {
      await photograph12();
      await photograph3();
    },
    variants: {
      ours: making(processMaker),
      [separate]: making(sharpMaker("separate")),
      [fullSize]: making(sharpMaker("full size first")),
    },
    comparisons: [
      { metric: "cpuSeconds", against: separate, goal: { of: "ratio", atMost: 0.92 } },
      { metric: "cpuSeconds", against: fullSize, goal: { of: "ratio", atMost: 0.7 } },
      {
        metric: "childPeakBytes",
        against: separate,
        goal: { of: "difference", atMost: 20 * MB },
      },
    ],
  };
}

function making(open: OpenPictureMaker): Variant {
  return {
    async start() {
      const { path } = await photograph12();
      const maker = open();
      // The process is there and has its code; a smaller picture leaves it less memory than it will need.
      await maker.make((await photograph3()).path, WIDTHS);
      const sizes: number[][] = [];
      return {
        async run() {
          for (let turn = 0; turn < REPETITIONS; turn += 1) {
            sizes.push(await maker.make(path, WIDTHS));
          }
          return undefined;
        },
        async check() {
          const alone = sharpMaker("separate")();
          try {
            const expected = await alone.make(path, WIDTHS);
            for (const each of sizes) assertAlike(each, expected);
          } finally {
            alone.close();
          }
        },
        close() {
          maker.close();
          return Promise.resolve();
        },
      };
    },
  };
}

/** The package's own tests compare the pixels. */
function assertAlike(sizes: readonly number[], expected: readonly number[]): void {
  assert.equal(sizes.length, expected.length);
  for (const [at, size] of sizes.entries()) {
    const ratio = size / (expected[at] ?? 0);
    assert.ok(ratio > 0.9 && ratio < 1.1, `a picture has ${size} bytes, not ${expected[at]}`);
  }
}

function uploaded(): BenchCase {
  const work = {
    s3Name: "sink",
    format: "jpeg",
    file: photograph3,
    concurrency: 16,
    files: 160,
  } as const;
  const thumb = { width: THUMBNAIL, height: THUMBNAIL, format: "webp" } as const;
  return {
    name: "upload of 3 MP with a thumbnail, 16 at once",
    needs: ["postgres", "sink"],
    platform: "linux",
    prepare: async () => {
      await photograph3();
    },
    eventLoop: true,
    variants: {
      ours: throughputVariant(fromMemoryWith({ variants: { thumb } }), work),
      naive: throughputVariant(naiveWithThumbnail(THUMBNAIL), work),
    },
    comparisons: [
      { metric: "filesPerSecond", against: "naive", goal: { of: "ratio", atLeast: 0.95 } },
      { metric: "eventLoopP99Ms", against: "naive", goal: { of: "ours", atMost: 20 } },
      { metric: "cpuSeconds", against: "naive" },
    ],
  };
}

function listed(): BenchCase {
  return {
    name: `page of ${PAGE_SIZE} with URLs of variants`,
    needs: ["postgres"],
    variants: { ours: { start: openListing } },
    comparisons: [
      { metric: "variantsPageSeconds" },
      { metric: "filesPageSeconds" },
      { metric: "variantsToFiles", goal: { of: "ours", atMost: 1.3 } },
    ],
  };
}

/** Reads a page with the URLs of variants, and one with those of the files, in turn. */
async function openListing(services: ServiceAddresses): Promise<Round> {
  const filling = { rows: 2 * FILES_PER_OWNER, hasVariants: true };
  const url = await filledDatabase(databaseUrl(services), filling);
  const readers = {
    variants: await variantPages(url, "user"),
    files: await objectStorePages(url, "user"),
  };
  const readInTurn = async () => {
    const seconds = { variants: 0, files: 0 };
    for (let turn = 0; turn < PAGES; turn += 1) {
      for (const of of ["variants", "files"] as const) {
        const start = performance.now();
        await readers[of].page(1);
        seconds[of] += (performance.now() - start) / 1000;
      }
    }
    return seconds;
  };
  await readInTurn();
  return {
    async run() {
      const { variants: ofVariants, files } = await readInTurn();
      return {
        variantsPageSeconds: ofVariants / PAGES,
        filesPageSeconds: files / PAGES,
        variantsToFiles: ofVariants / files,
      };
    },
    async check() {
      for (const [of, folder] of Object.entries({ variants: "/variants/", files: "/images/" })) {
        const items = await readers[of as keyof typeof readers].page(1);
        const urls = new Set(items.map((item) => item.url).filter((each) => each.includes(folder)));
        assert.equal(urls.size, PAGE_SIZE);
      }
    },
    async close() {
      await Promise.all([readers.variants.close(), readers.files.close()]);
    },
  };
}
