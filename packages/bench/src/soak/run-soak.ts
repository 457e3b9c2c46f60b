import { mkdtemp, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";

import { databaseUrl, s3Address, type ServiceAddresses } from "../services/service-addresses.js";
import { startServices } from "../services/start-services.js";
import { type OpenStore, openStore } from "../subjects/object-store.js";
import { emptied } from "./emptied.js";
import { runLoad } from "./load/run-load.js";
import { Shelf, type ShelfBounds } from "./load/shelf.js";
import { prepareSources, type Sources } from "./load/sources.js";
import { Tally } from "./load/tally.js";
import { ClientSockets } from "./samples/client-sockets.js";
import { DatabaseConnections } from "./samples/database-connections.js";
import { LoopDelay } from "./samples/loop-delay.js";
import type { Sample } from "./samples/sample.js";
import { sampleInterval, samplesOf } from "./samples/sampler.js";
import { type Summary, summarize } from "./summary.js";

export interface SoakOptions {
  /** Of load; what comes before and after takes its own time. */
  readonly seconds: number;
  /** Operations under way at once. */
  readonly concurrency: number;
  /** Ends the load early; what is counted and deleted afterwards still is. */
  readonly signal: AbortSignal;
  readonly onSample: (sample: Sample, tally: Tally) => void;
}

export interface SoakResult {
  readonly summary: Summary;
  readonly samples: readonly Sample[];
}

/** Keeps the disk below about 1 GB, with the sources, the database and uploads under way. */
const SHELF: ShelfBounds = { files: 2_000, bytes: 400_000_000 };

/** Starts PostgreSQL and local-s3 with fresh data, works on them, and leaves nothing of either. */
export async function runSoak(options: SoakOptions): Promise<SoakResult> {
  const folder = await mkdtemp(join(tmpdir(), "soak-"));
  try {
    const sources = await prepareSources(folder);
    const services = await startServices(new Set(["postgres", "local-s3"]), undefined);
    try {
      return await soak(services.addresses, sources, options);
    } finally {
      await services.stop();
    }
  } finally {
    await rm(folder, { recursive: true, force: true, maxRetries: 3 });
  }
}

async function soak(
  addresses: ServiceAddresses,
  sources: Sources,
  options: SoakOptions,
): Promise<SoakResult> {
  const s3 = new ClientSockets(Number(new URL(s3Address(addresses, "local-s3").endpoint).port));
  const database = new DatabaseConnections(databaseUrl(addresses));
  try {
    const store = await openStore(addresses, "local-s3");
    try {
      return await loadAndCount(store, sources, { ...options, s3, database });
    } finally {
      await store.close();
    }
  } finally {
    await database.close();
    s3.close();
  }
}

async function loadAndCount(
  store: OpenStore,
  sources: Sources,
  options: SoakOptions & { s3: ClientSockets; database: DatabaseConnections },
): Promise<SoakResult> {
  const { seconds: plannedSeconds, concurrency, signal, onSample, s3, database } = options;
  const tally = new Tally();
  const shelf = new Shelf(SHELF);
  const delay = new LoopDelay();
  const timeUp = AbortSignal.timeout(1000 * plannedSeconds);
  const end = AbortSignal.any([signal, tally.enough, timeUp]);
  const samples: Sample[] = [];
  const sampling = async (): Promise<void> => {
    const intervalSeconds = sampleInterval(plannedSeconds);
    for await (const sample of samplesOf(
      { tally, s3, database },
      { intervalSeconds, signal: end },
    )) {
      samples.push(sample);
      onSample(sample, tally);
    }
  };
  const start = performance.now();
  const load = runLoad({ scope: store.scope, sources, shelf, tally }, { concurrency, signal: end });
  await Promise.all([load, sampling()]);
  const seconds = (performance.now() - start) / 1000;
  const complete = !signal.aborted && !tally.enough.aborted;
  const delays = { delayP50Ms: delay.percentileMs(50), delayP99Ms: delay.percentileMs(99) };
  delay.stop();

  const stored = { expectedFiles: shelf.count, ...(await emptied(store, tally)) };
  const run = { complete, seconds, concurrency, tally, samples, delay: delays, stored };
  return { summary: summarize(run), samples };
}
