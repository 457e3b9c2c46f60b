import type { S3Provider } from "@repo/s3-provider";

import type { Case } from "../cases/case.js";
import { useCaseNamed } from "../cases/use-cases.js";
import type { Step, Trouble } from "../job.js";
import type { Scene } from "../site/scene.js";
import type { Site } from "../site/site.js";
import type { CaseParts } from "./case-parts.js";
import { OLD, sweepAfterLeases } from "./converge.js";
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
}

/** Lets the child do its job, and makes the trouble that it is to meet. */
export async function play(
  current: Case,
  scene: Scene,
  { site, child, sabotage, bucket }: CaseParts & { bucket: S3Provider },
): Promise<Played> {
  const { trouble, useCase, kind } = current;
  const hangs = trouble.type === "s3" && trouble.fault === "hang";
  const seen =
    trouble.type === "s3"
      ? strike(site.s3, bucket.bucket, trouble, await keysOf(bucket))
      : watch(site.s3, bucket.bucket);
  child.start({
    useCase,
    kind,
    trouble,
    sabotage,
    stage: scene.stage,
    databaseUrl: site.databaseUrl,
    s3: site.connectionTo(bucket.bucket, hangs ? { requestTimeoutMs: CHILD_PATIENCE } : {}),
    patience: hangs ? CHILD_PATIENCE : undefined,
    ageObjectsByDays: ageOfObjects(current),
  });
  let held = false;
  for (;;) {
    const event = await child.next();
    switch (event.type) {
      case "holding":
        held = true;
        await meddle(trouble, site, bucket);
        child.go();
        continue;
      case "died":
      case "ended": {
        const { operations, underWay, struck: struckS3 } = seen;
        site.s3.faults.clear();
        const ended = event.type === "ended";
        const struck = { none: true, kill: false, postgres: held, overtaken: held, s3: struckS3 };
        const { steps, storageCalls } = ended ? event : { steps: [], storageCalls: 0 };
        return { ended, struck: struck[trouble.type], steps, storageCalls, operations, underWay };
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
