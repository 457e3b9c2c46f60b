import type { FaultRequest } from "@repo/local-s3";
import type { S3Provider } from "@repo/s3-provider";

import type { Case } from "../cases/case.js";
import { useCaseNamed } from "../cases/use-cases.js";
import type { Step, Trouble } from "../job.js";
import type { Scene } from "../site/scene.js";
import type { Site } from "../site/site.js";
import type { CaseParts } from "./case-parts.js";
import { OLD, sweepAfterLeases } from "./converge.js";
import { Drip, isDripped } from "./drip.js";
import { holdNextPut } from "./late-landing.js";
import { CHILD_PATIENCE, strike, watch } from "./s3-trouble.js";

/** What happened while the child was at work. */
export interface Played {
  /** Whether the trouble came; for one that ends the child, its journal tells. */
  struck: boolean;
  /** Whether the child came to the end of its use case. */
  ended: boolean;
  steps: readonly Step[];
  storageCalls: number;
  operations: readonly string[];
  /** Keys of objects that may still arrive. */
  underWay: ReadonlySet<string>;
  /** A client that still sends. */
  drip: Drip | undefined;
}

/** Lets the child do its job, and makes the trouble that it is to meet. */
export async function play(
  current: Case,
  scene: Scene,
  { site, child, sabotage, bucket }: CaseParts & { bucket: S3Provider },
): Promise<Played> {
  const { trouble, useCase, kind } = current;
  const hangs = trouble.type === "s3" && trouble.fault === "hang";
  const { landsLate = false, drips = false, pooler } = useCaseNamed(useCase);
  const isChilds = (asked: FaultRequest): boolean => !drips || !isDripped(asked);
  const seen =
    trouble.type === "s3"
      ? strike(site.s3, bucket.bucket, trouble, await keysOf(bucket), isChilds)
      : watch(site.s3, bucket.bucket, isChilds);
  const late = landsLate ? holdNextPut(site.s3, bucket.bucket) : undefined;
  child.start({
    useCase,
    kind,
    trouble,
    sabotage,
    stage: scene.stage,
    databaseUrl: pooler === undefined ? site.databaseUrl : site.poolerUrl,
    pooler,
    s3: site.connectionTo(bucket.bucket, hangs ? { requestTimeoutMs: CHILD_PATIENCE } : {}),
    patience: hangs ? CHILD_PATIENCE : undefined,
    ageObjectsByDays: ageOfObjects(current),
  });
  let held = false;
  let drip: Drip | undefined;
  for (;;) {
    const event = await child.next();
    switch (event.type) {
      case "holding":
        held = true;
        // Time passes, after which nothing is on its way any more.
        if (trouble.type === "overtaken") await late?.land();
        await meddle(trouble, site, bucket);
        child.go();
        continue;
      case "drip":
        drip = await Drip.begin(site.s3, event.request, event.media);
        child.go();
        continue;
      case "died":
      case "ended": {
        const { operations, underWay, struck: struckS3 } = seen;
        site.s3.faults.clear();
        await late?.land();
        const ended = event.type === "ended";
        const struck = { none: true, kill: false, postgres: held, overtaken: held, s3: struckS3 };
        const { steps, storageCalls } = ended ? event : { steps: [], storageCalls: 0 };
        const isStruck = struck[trouble.type];
        return { ended, struck: isStruck, steps, storageCalls, operations, underWay, drip };
      }
    }
  }
}

/** The child waits meanwhile. */
async function meddle(trouble: Trouble, site: Site, bucket: S3Provider): Promise<void> {
  if (trouble.type === "postgres") {
    await site.crashPostgres();
    if (trouble.back === "at once") await site.restartIfDown();
  } else if (trouble.type === "overtaken") {
    await sweepAfterLeases(site.database, bucket);
  }
}

/** An audit takes what it finds for old. */
function ageOfObjects({ useCase }: Case): number {
  return useCaseNamed(useCase).afterwards === "audit" ? OLD : 0;
}

async function keysOf(bucket: S3Provider): Promise<string[]> {
  const keys: string[] = [];
  for await (const { key } of bucket.list()) keys.push(key);
  return keys;
}
