import { afterAll, beforeAll, describe, expect, it } from "@jest/globals";
import fc from "fast-check";

import type { AuditFinding } from "../../../src/maintenance.js";
import { agedStorage } from "../../support/aged-storage.js";
import { type Harness, openHarness } from "../../support/harness.js";
import { expireUnfinished } from "../../support/unfinished.js";
import { commands } from "./commands.js";
import { expectStored } from "./looks.js";
import { Model } from "./model.js";
import { Real } from "./real.js";

/** The same seed and number of runs give the same calls. */
const SEED = Number(process.env["TEST_MODEL_SEED"] ?? 1);
const RUNS = Number(process.env["TEST_MODEL_RUNS"] ?? 10);
/** Runs in which a shorter sequence that fails, too, is looked for. */
const MAX_SHRINKING_RUNS = 200;
/** A sequence takes a second or two: here one of its calls never ends. */
const HANGING_MS = 120_000;

let harness: Harness;

beforeAll(async () => {
  harness = await openHarness();
});

afterAll(() => harness.close());

/** Ends whatever is unfinished: sweeps until there is nothing left to do. */
async function settle(model: Model, real: Real): Promise<void> {
  if (model.transaction !== undefined) {
    await real.end("commit");
    model.commit();
  }
  for (let isQuiet = false; !isQuiet;) {
    await expireUnfinished(harness.database);
    model.age();
    const report = await harness.maintenance.sweep();
    expect(report).toEqual(model.sweep());
    isQuiet = Object.values(report).every((count) => count === 0);
  }
  expect(model.left.size).toBe(0);
}

/** There are files, their objects and nothing else. */
async function expectWhole(model: Model, real: Real): Promise<void> {
  await expectStored(model, real);
  const findings: AuditFinding[] = [];
  const s3 = agedStorage(harness.s3, 3);
  const audit = await harness.maintenanceWith({ s3 }).audit({
    onFinding: (finding) => void findings.push(finding),
  });
  expect(findings).toEqual([]);
  const { size } = model.files;
  expect(audit).toMatchObject({ objects: size, rows: size, tooYoung: 0, foreign: 0 });
  expect(await harness.maintenance.verify()).toMatchObject({ files: size, corrupt: 0 });
}

describe("the store and a model of it", () => {
  it(
    `agree over ${RUNS} sequences of calls, deaths and sweeps (seed ${SEED})`,
    async () => {
      let isUnderWay = false;
      let shrinkingRuns: number | undefined;
      const agreement = fc.asyncProperty(commands, async (sequence) => {
        // To fast-check, every sequence passes from here on, so that it reports what it has.
        if (isUnderWay || shrinkingRuns === MAX_SHRINKING_RUNS) return;
        if (shrinkingRuns !== undefined) shrinkingRuns += 1;
        isUnderWay = true;
        const model = new Model();
        const real = await Real.begin(harness);
        try {
          await fc.asyncModelRun(() => ({ model, real }), sequence);
          await settle(model, real);
          await expectWhole(model, real);
        } catch (error) {
          shrinkingRuns ??= 0;
          throw error;
        } finally {
          await real.end("rollback");
          isUnderWay = false;
        }
      });
      await fc.assert(agreement, {
        seed: SEED,
        numRuns: RUNS,
        plugins: [fc.timeout(HANGING_MS)],
      });
    },
    Math.max(600_000, RUNS * 30_000),
  );
});
