import { readFile } from "node:fs/promises";

import { PutObjectCommand } from "@aws-sdk/client-s3";
import { User } from "@repo/database";

import { sdkClientWithoutChecksums } from "../baselines/sdk-client.js";
import type { Bench, BenchCase, Variant } from "../bench.js";
import { mediaFile, type MediaRecipe } from "../media/media-file.js";
import { percentile } from "../report/percentile.js";
import { type S3Address, s3Address } from "../services/service-addresses.js";
import { type OpenStore, openStore } from "../subjects/object-store.js";

const WORKERS = 16;
const UPLOADS_OF_A_WORKER = 8;
const MINUTE_MS = 60_000;
const WARM_UP_MS = 5_000;

/** Uploads of the same bytes, or what is compared with them. */
interface Load {
  upload(): Promise<unknown>;
  close(): void;
}

type OpenLoad = (store: OpenStore, bytes: Buffer, address: S3Address) => Load;

const FILES: Readonly<Record<string, MediaRecipe>> = {
  "WebP of 10 kB": { format: "webp", byteSize: 9_726, sample: "bauhaus-lossless.webp" },
  "JPEG of 200 kB": { format: "jpeg", byteSize: 200_000 },
};

export const beside: Bench = {
  name: "beside",
  summary:
    "A query of the application beside 16 workers of 8 uploads for a minute, against as many bare PutObjects.",
  cases: Object.entries(FILES).map(([name, recipe]) => caseOf(name, recipe)),
};

function caseOf(name: string, recipe: MediaRecipe): BenchCase {
  const goal = { of: "ratio", atMost: 2 } as const;
  return {
    name,
    needs: ["postgres", "sink"],
    prepare: async () => {
      await mediaFile(recipe);
    },
    variants: {
      ours: variant(recipe, uploads),
      PutObject: variant(recipe, putObjects),
      "S3Provider.put": variant(recipe, providerPuts),
    },
    comparisons: ["PutObject", "S3Provider.put"].flatMap((against) => [
      { metric: "queryP50Ms", against },
      { metric: "queryP99Ms", against, goal },
      { metric: "uploadsPerSecond", against },
    ]),
  };
}

function uploads({ scope }: OpenStore, body: Buffer): Load {
  return { upload: () => scope.images.upload({ body }), close: () => undefined };
}

function putObjects({ userId }: OpenStore, bytes: Buffer, address: S3Address): Load {
  const client = sdkClientWithoutChecksums(address);
  let number = 0;
  return {
    upload() {
      number += 1;
      const Key = `${userId}/${number}`;
      return client.send(new PutObjectCommand({ Bucket: address.bucket, Key, Body: bytes }));
    },
    close: () => {
      client.destroy();
    },
  };
}

/** The same by our own client, which costs less. */
function providerPuts({ userId, s3 }: OpenStore, body: Buffer): Load {
  const contentType = "application/octet-stream";
  let number = 0;
  return {
    upload() {
      number += 1;
      const key = `${userId}/${number}`;
      return s3.put({ key, body, byteLength: body.byteLength, contentType });
    },
    close: () => undefined,
  };
}

/** Fails when a single upload or query fails. */
function variant(recipe: MediaRecipe, open: OpenLoad): Variant {
  return {
    async start(services) {
      const store = await openStore(services, "sink");
      const bytes = await readFile((await mediaFile(recipe)).path);
      const load = open(store, bytes, s3Address(services, "sink"));
      await loadFor(WARM_UP_MS, load, store);
      return {
        async run() {
          const { queryMs, uploadCount } = await loadFor(MINUTE_MS, load, store);
          return {
            queryP50Ms: percentile(queryMs, 0.5),
            queryP99Ms: percentile(queryMs, 0.99),
            uploadsPerSecond: (1000 * uploadCount) / MINUTE_MS,
          };
        },
        check: () => Promise.resolve(),
        async close() {
          load.close();
          await store.close();
        },
      };
    },
  };
}

/** Keeps all workers busy for so long, while one query follows the other on the application's pool. */
async function loadFor(
  milliseconds: number,
  load: Load,
  { userId }: OpenStore,
): Promise<{ queryMs: number[]; uploadCount: number }> {
  const end = performance.now() + milliseconds;
  const queryMs: number[] = [];
  let uploadCount = 0;
  const worker = async (): Promise<void> => {
    while (performance.now() < end) {
      await Promise.all(Array.from({ length: UPLOADS_OF_A_WORKER }, () => load.upload()));
      uploadCount += UPLOADS_OF_A_WORKER;
    }
  };
  const query = async (): Promise<void> => {
    while (performance.now() < end) {
      const start = performance.now();
      await User.findByPk(userId, { rejectOnEmpty: true });
      queryMs.push(performance.now() - start);
    }
  };
  await Promise.all([query(), ...Array.from({ length: WORKERS }, worker)]);
  return { queryMs, uploadCount };
}
