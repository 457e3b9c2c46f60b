import { setTimeout as sleep } from "node:timers/promises";

import { objectStoreMaintenance } from "@repo/object-store/maintenance";
import type { S3Provider } from "@repo/s3-provider";

import { agedStorage } from "../aged-storage.js";
import type { Case } from "../cases/case.js";
import type { DryRun } from "../cases/dry-run.js";
import { useCaseNamed } from "../cases/use-cases.js";
import type { Entry } from "../journal.js";
import { callsOf } from "../judgement/calls.js";
import { expectationsOf } from "../judgement/expectations.js";
import { Findings } from "../judgement/findings.js";
import { judgeAnswers } from "../judgement/judge-answers.js";
import { judgeKeys } from "../judgement/judge-keys.js";
import { judgeMigration, judgeOrphans, judgeReaders, judgeRemains } from "../judgement/judge.js";
import { observe } from "../judgement/observed.js";
import { migratorOf } from "../site/migrator.js";
import { type Scene, setScene } from "../site/scene.js";
import type { Site } from "../site/site.js";
import { repeat } from "./afterwards.js";
import { arriveLate } from "./arrive-late.js";
import type { CaseParts } from "./case-parts.js";
import { auditFindsNothing, OLD, recountFindsNothing, sweepAfterLeases } from "./converge.js";
import type { Drip } from "./drip.js";
import { isFatal } from "./is-fatal.js";
import { play } from "./play.js";
import { HANG } from "./s3-trouble.js";
import { verdictOn } from "./verdict.js";

/** Milliseconds after which a child that does not come to its end is given up. */
const CASE_TIMEOUT = 120_000;

export interface CaseResult {
  current: Case;
  /** Whether the trouble came: a case in which it did not shows nothing. */
  struck: boolean;
  findings: Findings;
  milliseconds: number;
  dryRun: DryRun;
}

/** Plays one case, lets everything settle, and judges what is left. */
export async function runCase(current: Case, parts: CaseParts): Promise<CaseResult> {
  const start = performance.now();
  const { site, media, child } = parts;
  const useCase = useCaseNamed(current.useCase);
  const s3 = await site.clear();
  try {
    const { database } = site;
    const scene = await setScene({ database, s3, kind: current.kind, media }, useCase);
    // The files that the scene begins with are counted too.
    if (useCase.hasQuota === true) await objectStoreMaintenance({ database, s3 }).recount();
    const impatience = setTimeout(() => {
      child.giveUp();
    }, CASE_TIMEOUT);
    const played = await play(current, scene, { ...parts, bucket: s3 }).finally(() => {
      clearTimeout(impatience);
    });
    const mayLive = played.ended && !isFatal(current);
    const { journal, complaints } = mayLive ? child.rest() : await child.end();
    await site.restartIfDown();
    const { drip } = played;
    await site.quiet(drip === undefined ? 0 : 1);
    // After a crash; where it had come to its end, there is nothing to do.
    if (useCase.migrates === true) await migratorOf(site.database).up();

    const findings = new Findings();
    judgeAnswers(current, callsOf(journal), findings);
    const { wasKilled, wrong } = verdictOn(current.trouble, {
      ended: played.ended,
      wasGivenUp: child.wasGivenUp,
      journal,
      complaints,
    });
    for (const what of wrong) findings.wrong.add(what);
    await judge(current, scene, { site, s3, findings, journal, underWay: played.underWay, drip });
    if (mayLive && !child.isResting) {
      const last = await child.end();
      findings.wrong.add(`the process died after its use case: ${last.complaints.slice(-500)}`);
    }
    return {
      current,
      struck: played.struck || wasKilled,
      findings,
      milliseconds: Math.round(performance.now() - start),
      dryRun: {
        useCase: current.useCase,
        kind: current.kind,
        steps: played.steps,
        storageCalls: played.storageCalls,
        operations: played.operations,
      },
    };
  } finally {
    s3.destroy();
  }
}

interface Judged {
  site: Site;
  s3: S3Provider;
  findings: Findings;
  journal: readonly Entry[];
  underWay: ReadonlySet<string>;
  drip: Drip | undefined;
}

async function judge(
  current: Case,
  scene: Scene,
  { site, s3, findings, journal, underWay, drip }: Judged,
): Promise<void> {
  const { database } = site;
  const { afterwards: last, hasQuota = false } = useCaseNamed(current.useCase);
  const isErasure = last === "erase";
  // At any moment, and not only once everything is swept.
  if (hasQuota) await recountFindsNothing(database, s3, findings);
  const before = expectationsOf(scene, callsOf(journal));
  // An erasure that was cut short is right at every point.
  if (!isErasure) {
    const observed = await observe(database, s3);
    judgeReaders(before, scene, observed, findings);
    judgeOrphans(scene, observed.objects, findings);
    judgeMigration(scene, observed, findings);
  }

  const { trouble } = current;
  if (trouble.type === "s3" && trouble.fault === "hang") {
    await sleep(HANG);
    await site.quiet(drip === undefined ? 0 : 1);
    await arriveLate(s3, scene.stage, callsOf(journal), underWay);
  }
  const added = await repeat({ database, s3 }, scene, current, callsOf(journal));
  judgeAnswers(afterwards(current), callsOf(added), findings);
  // An expired upload leaves a tombstone, which is kept for one more lease.
  await sweepAfterLeases(database, s3);
  await sweepAfterLeases(database, s3);
  if (drip !== undefined) {
    await drip.end();
    await sweepAfterLeases(database, agedStorage(s3, OLD));
  }

  const calls = callsOf([...journal, ...added]);
  judgeKeys(calls, findings);
  const expected = expectationsOf(scene, calls);
  const observed = await observe(database, s3);
  judgeReaders(isErasure ? erased(scene, expected) : expected, scene, observed, findings);
  judgeRemains(scene, observed, findings);
  await auditFindsNothing(database, s3, findings);
  if (hasQuota) await recountFindsNothing(database, s3, findings);
}

/** By then every trouble is over; only what was overtaken stays so. */
function afterwards({ trouble, useCase }: Case): Pick<Case, "trouble" | "useCase"> {
  return { useCase, trouble: trouble.type === "overtaken" ? trouble : { type: "none" } };
}

function erased(
  { bystander, inUse }: Scene,
  expected: ReturnType<typeof expectationsOf>,
): ReturnType<typeof expectationsOf> {
  const stays = new Set([bystander.id, ...inUse]);
  const files = new Map(expected.files);
  for (const [id, { sha256s }] of files) {
    if (!stays.has(id)) files.set(id, { sha256s, fate: "undone" });
  }
  return { ...expected, files, openUploads: [] };
}
