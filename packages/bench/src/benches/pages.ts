import assert from "node:assert/strict";

import type { Bench, BenchCase, Variant } from "../bench.js";
import { filledDatabase } from "../lists/filled-database.js";
import {
  DEEP_PAGE,
  findAndCountAllPages,
  type Listed,
  objectStorePages,
  type OpenPageReader,
  PAGE_SIZE,
} from "../lists/page-reader.js";
import { databaseUrl } from "../services/service-addresses.js";

const MILLION = 1_000_000;
/** Milliseconds for which pages are read before, so that the code is compiled and the pages are cached. */
const WARM_UP_MS = 2_000;

export const pages: Bench = {
  name: "pages",
  summary:
    "A page of 50 files with 50 URLs, of an owner of 100,000 files, against findAndCountAll and getSignedUrl.",
  cases: [
    againstOffset(MILLION, "user"),
    againstOffset(10 * MILLION, "user"),
    againstOffset(10 * MILLION, "system"),
    againstSmaller("user"),
    againstSmaller("system"),
  ],
};

function againstOffset(rows: number, listed: Listed): BenchCase {
  const against = "findAndCountAll";
  return {
    name: `${rows / MILLION} M rows, ${listed}`,
    needs: ["postgres"],
    variants: {
      ours: variant(objectStorePages, { rows, listed, repetitions: 200 }),
      [against]: variant(findAndCountAllPages, { rows, listed, repetitions: 5 }),
    },
    comparisons: [
      { metric: "firstPageSeconds", against, goal: { of: "ratio", atMost: 1 / 20 } },
      { metric: "deepPageSeconds", against, goal: { of: "ratio", atMost: 1 / 100 } },
      { metric: "deepToFirst", goal: { of: "ours", atMost: 1.1 } },
    ],
  };
}

function againstSmaller(listed: Listed): BenchCase {
  const against = "1 M rows";
  const work = { listed, repetitions: 200 };
  const goal = { of: "ratio", atMost: 1.2 } as const;
  return {
    name: `10 M rows against 1 M, ${listed}`,
    needs: ["postgres"],
    variants: {
      ours: variant(objectStorePages, { ...work, rows: 10 * MILLION }),
      [against]: variant(objectStorePages, { ...work, rows: MILLION }),
    },
    comparisons: [
      { metric: "firstPageSeconds", against, goal },
      { metric: "deepPageSeconds", against, goal },
    ],
  };
}

function variant(
  open: OpenPageReader,
  work: { rows: number; listed: Listed; repetitions: number },
): Variant {
  return {
    async start(services) {
      const url = await filledDatabase(databaseUrl(services), work);
      const reader = await open(url, work.listed);
      const start = performance.now();
      while (performance.now() - start < WARM_UP_MS) {
        await reader.page(1);
        await reader.page(DEEP_PAGE);
      }
      return {
        async run() {
          const times = { first: 0, deep: 0 };
          // In turn, so that what else the machine does strikes both alike.
          for (let turn = 0; turn < work.repetitions; turn += 1) {
            times.first += await timed(() => reader.page(1));
            times.deep += await timed(() => reader.page(DEEP_PAGE));
          }
          return {
            firstPageSeconds: times.first / work.repetitions,
            deepPageSeconds: times.deep / work.repetitions,
            deepToFirst: times.deep / times.first,
          };
        },
        async check() {
          const [first, deep] = [await reader.page(1), await reader.page(DEEP_PAGE)];
          assert.equal(first.length, PAGE_SIZE);
          assert.equal(deep.length, PAGE_SIZE);
          const ids = [...first, ...deep].map(({ id }) => id);
          assert.deepEqual(ids, ids.toSorted().reverse());
          assert.equal(new Set([...first, ...deep].map(({ url }) => url)).size, 2 * PAGE_SIZE);
        },
        close: () => reader.close(),
      };
    },
  };
}

async function timed(work: () => Promise<unknown>): Promise<number> {
  const start = performance.now();
  await work();
  return (performance.now() - start) / 1000;
}
