import { setTimeout as sleep } from "node:timers/promises";

import { objectStoreMaintenance } from "@repo/object-store/maintenance";

import { honest } from "../clients/behaviours/honest.js";
import { behaviourOf } from "../clients/behaviours.js";
import { somePictures } from "../clients/media.js";
import { runClients } from "../clients/run-clients.js";
import type { Measurement } from "../messages.js";
import { PARSERS } from "../settings.js";
import { hasRested } from "./judge.js";
import { observe, rowsOf } from "./observe.js";
import { randomFrom } from "./random.js";
import { type Report, reportOf } from "./report.js";
import { ServerProcess } from "./server-process.js";
import { Site } from "./site.js";

/** Honest clients before the start is measured, and again at the end. */
const WARM_UP = 12 * PARSERS.length;
const FAREWELL = PARSERS.length;

/** Milliseconds after which the module has let its idle memory go, and idle connections are closed. */
const REST = 12_000;
/** Milliseconds for which the servers may take to come to rest. */
const MAX_REST = 90_000;
const POLL_INTERVAL = 1_000;

export interface ProofOptions {
  readonly clients: number;
  readonly seed: number;
}

/** Sets clients on servers in a process of their own, and looks at what is left. */
export async function prove({ clients, seed }: ProofOptions): Promise<Report> {
  const site = await Site.start();
  const server = new ServerProcess();
  try {
    const ports = await server.start(site.job);
    const means = { ports, pictures: await somePictures(), random: randomFrom(seed) };

    const before = await runClients(honestOnes(WARM_UP), means);
    await sleep(REST);
    const start = await server.measure();

    const began = performance.now();
    const behaviours = Array.from({ length: clients }, (_, at) => behaviourOf(at));
    const attack = await runClients(behaviours, means);
    const seconds = (performance.now() - began) / 1000;

    const end = await atRest(site, server, start);
    const after = await runClients(honestOnes(FAREWELL), means);
    // Where a request to S3 was broken off, only the sweep can know what came of it.
    await objectStoreMaintenance(site).sweep();
    const visits = [...before, ...attack, ...after];
    return reportOf(
      { visits, stored: await observe(site), start, end },
      { clients, seed, seconds },
    );
  } finally {
    await server.end();
    await site.stop();
  }
}

function honestOnes(count: number): (typeof honest)[] {
  return Array.from({ length: count }, () => honest);
}

/** Measures once nothing is under way any more, or when that takes too long. */
async function atRest(site: Site, server: ServerProcess, start: Measurement): Promise<Measurement> {
  const deadline = performance.now() + MAX_REST;
  for (;;) {
    await sleep(POLL_INTERVAL);
    const now = await server.measure();
    const rows = await rowsOf(site);
    const isBusy = rows.some(({ state }) => state === "upload") || !hasRested(start, now);
    if (!isBusy || performance.now() > deadline) return now;
  }
}
