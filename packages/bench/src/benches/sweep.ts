import { objectStoreMaintenance } from "@repo/object-store/maintenance";
import { QueryTypes } from "sequelize";

import type { Bench, Figures, Variant } from "../bench.js";
import { addExpiredRows, countRows } from "../subjects/expired-rows.js";
import type { S3Name } from "../services/service-addresses.js";
import { openStore, type OpenStore } from "../subjects/object-store.js";

const ROWS = 100_000;

/** As many as a loop takes in a few seconds; what counts is the time of one. */
const ROWS_ONE_BY_ONE = 1_000;

const ON_SINK = ["postgres", "sink"] as const;
const ON_LOCAL_S3 = ["postgres", "local-s3"] as const;

export const sweep: Bench = {
  name: "sweep",
  summary: "100,000 expired rows, swept in batches, against deleting them one by one.",
  cases: [
    {
      name: "time of a row",
      needs: ON_SINK,
      variants: {
        ours: sweeping(ROWS, "sink", sweepAll),
        "one by one": sweeping(ROWS_ONE_BY_ONE, "sink", deleteOneByOne),
      },
      comparisons: [
        { metric: "secondsPerRow", against: "one by one", goal: { of: "ratio", atMost: 0.01 } },
      ],
    },
    {
      name: "time of a row, local-s3",
      needs: ON_LOCAL_S3,
      variants: {
        ours: sweeping(ROWS, "local-s3", sweepAll),
        "one by one": sweeping(ROWS_ONE_BY_ONE, "local-s3", deleteOneByOne),
      },
      comparisons: [
        { metric: "secondsPerRow", against: "one by one", goal: { of: "ratio", atMost: 0.01 } },
      ],
    },
    {
      name: "memory in use",
      needs: ON_LOCAL_S3,
      variants: {
        ours: sweeping(ROWS, "local-s3", sweepAndCollect),
        "a tenth of the rows": sweeping(ROWS / 10, "local-s3", sweepAndCollect),
      },
      comparisons: [
        {
          metric: "liveGrowthBytes",
          against: "a tenth of the rows",
          goal: { of: "ours", atMost: 8_000_000 },
        },
        { metric: "peakGrowthBytes", against: "a tenth of the rows" },
      ],
    },
  ],
};

/** Measures the removal of so many expired rows. */
function sweeping(
  rows: number,
  s3Name: S3Name,
  remove: (store: OpenStore) => Promise<Figures>,
): Variant {
  return {
    async start(services) {
      const store = await openStore(services, s3Name);
      await addExpiredRows(store, 100);
      await remove(store);
      await addExpiredRows(store, rows);
      return {
        async run() {
          const start = performance.now();
          const figures = await remove(store);
          return { ...figures, secondsPerRow: (performance.now() - start) / 1000 / rows };
        },
        async check() {
          const left = await countRows(store);
          if (left > 0) throw new Error(`${left} rows were left`);
        },
        close: () => store.close(),
      };
    },
  };
}

async function sweepAll({ database, s3 }: OpenStore): Promise<Figures> {
  const { removed } = await objectStoreMaintenance({ database, s3 }).sweep();
  return { removed };
}

/**
 * Sweeps and collects garbage every ten batches: what is left in use is what a sweep needs. The
 * resident memory also holds what V8 has not looked at yet.
 */
async function sweepAndCollect({ database, s3 }: OpenStore): Promise<Figures> {
  const inUse = (): number => {
    globalThis.gc?.();
    return process.memoryUsage().heapUsed;
  };
  const before = inUse();
  let [batches, most] = [0, before];
  await objectStoreMaintenance({ database, s3 }).sweep({
    onProgress() {
      batches += 1;
      if (batches % 10 === 0) most = Math.max(most, inUse());
    },
  });
  return { liveGrowthBytes: most - before };
}

/** The loop that one writes first: for each row its object, then the row. */
async function deleteOneByOne({ database, s3 }: OpenStore): Promise<Figures> {
  let removed = 0;
  const rows = await database.query<{ id: string; s3_key: string }>(
    `SELECT id, s3_key FROM object_store_journal
     WHERE purpose = 'removal' AND lease_expires_at <= now()`,
    { type: QueryTypes.SELECT },
  );
  for (const { id, s3_key: key } of rows) {
    await s3.delete(key);
    await database.query("DELETE FROM object_store_journal WHERE id = :id", {
      replacements: { id },
    });
    removed += 1;
  }
  return { removed };
}
