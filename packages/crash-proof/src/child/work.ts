import { once } from "node:events";

import { createDatabase } from "@repo/database";
import { objectStoreProvider } from "@repo/object-store";
import { objectStoreMaintenance } from "@repo/object-store/maintenance";
import { type FaultyStorage, injectFaults } from "@repo/object-store/testing";
import { S3Provider } from "@repo/s3-provider";

import { agedStorage } from "../aged-storage.js";
import { CHILD, POOLED_CHILD } from "../application-names.js";
import type { Job, Sabotage } from "../job.js";
import type { Entry } from "../journal.js";
import type { FromChild, ToChild } from "../messages.js";
import { RECIPES } from "../cases/recipes.js";
import { QUOTA } from "../cases/quota-cases.js";
import { useCaseNamed } from "../cases/use-cases.js";
import { JournalWriter } from "./journal-writer.js";
import type { Probe } from "./probe.js";
import type { ProbeHandler } from "./probe-handler.js";
import { sabotage } from "./sabotage.js";

type Database = ReturnType<typeof createDatabase>;

/** Does one job after the other, until it is ended. */
export function work(probe: Probe): void {
  const sabotaged = new Map<Sabotage, { database: Database }>();
  process.on("message", (message: ToChild) => {
    if (message.type === "job") void perform(message.job, probe, sabotaged);
  });
  tell({ type: "ready" });
}

async function perform(
  job: Job,
  probe: Probe,
  sabotaged: Map<Sabotage, { database: Database }>,
): Promise<void> {
  const journal = new JournalWriter();
  const s3 = new S3Provider(job.s3);
  const { databaseUrl: url, pooler } = job;
  const applicationName = pooler === undefined ? CHILD : POOLED_CHILD;
  const database = createDatabase({ url, pooler, applicationName });
  if (job.sabotage !== undefined) {
    const present = sabotaged.get(job.sabotage) ?? { database };
    present.database = database;
    if (!sabotaged.has(job.sabotage)) await sabotage(job.sabotage, () => present.database);
    sabotaged.set(job.sabotage, present);
  }
  const { storage, faults } = injectFaults(s3);
  const { trouble } = job;
  let isLate = false;
  const hold = async (): Promise<void> => {
    await held();
    isLate = trouble.type === "overtaken";
  };
  if (trouble.type === "overtaken" && trouble.before === "storage call") {
    const match = (): boolean => faults.calls.length === trouble.number;
    faults.add({ match, fault: { type: "interleave", run: hold } });
  }
  let last: Entry = { entry: "ended" };
  try {
    const bucket = { storage, faults };
    await act(job, { database, bucket, probe, journal, hold, isLate: () => isLate });
  } catch (error) {
    const message = error instanceof Error ? (error.stack ?? error.message) : String(error);
    last = { entry: "broken", message };
  }
  const steps = probe.disarm();
  if (useCaseNamed(job.useCase).exits !== true) {
    await database.close();
    s3.destroy();
  }
  journal.write(last);
  tell({ type: "ended", steps, storageCalls: faults.calls.length });
}

interface Tools {
  database: Database;
  bucket: FaultyStorage<S3Provider>;
  probe: Probe;
  journal: JournalWriter;
  hold: () => Promise<void>;
  isLate: () => boolean;
}

async function act(
  job: Job,
  { database, bucket: { storage, faults }, probe, journal, hold, isLate }: Tools,
): Promise<void> {
  const s3 = job.ageObjectsByDays > 0 ? agedStorage(storage, job.ageObjectsByDays) : storage;
  const behind = job.pooler === undefined ? {} : { pooler: job.pooler };
  const useCase = useCaseNamed(job.useCase);
  const { privacy = "keep", beforeReady = [] } = useCase;
  const shared = { database, s3, variants: RECIPES, ...behind };
  const quota = useCase.hasQuota === true ? { quota: QUOTA } : {};
  const open = () => objectStoreProvider({ ...shared, ...quota, privacy, beforeReady });
  const store = open();
  const scope = store.forUser(job.stage.userId);
  const ofKind = ({ images, audio }: typeof scope) => (job.kind === "image" ? images : audio);
  const maintenance = objectStoreMaintenance(shared);
  // A connection that is open already, as in an application at work.
  await database.query("SELECT 1");
  probe.arm(handlerFor(job, journal, hold));
  await useCase.run({
    journal,
    database,
    pooler: job.pooler,
    store,
    maintenance,
    collection: ofKind(scope),
    inAnotherProcess: () => ({
      collection: ofKind(open().forUser(job.stage.userId)),
      maintenance: objectStoreMaintenance(shared),
    }),
    before(operation, work) {
      const interleaved = async (): Promise<void> => {
        await work();
      };
      faults.add({ match: operation, times: 1, fault: { type: "interleave", run: interleaved } });
    },
    kind: job.kind,
    privacy,
    stage: job.stage,
    patience: job.patience,
    isLate,
    async drip(request, media) {
      tell({ type: "drip", request, media });
      await once(process, "message");
    },
  });
}

function handlerFor(
  { trouble, useCase }: Job,
  journal: JournalWriter,
  hold: () => Promise<void>,
): ProbeHandler {
  return {
    countsPromises: useCaseNamed(useCase).migrates === true,
    reached(step, phase) {
      if (trouble.type === "kill" && trouble.step === step && trouble.phase === phase) {
        journal.write({ entry: "killing" });
        process.kill(process.pid, "SIGKILL");
      }
    },
    hold(step) {
      const isHeld =
        (trouble.type === "overtaken" &&
          trouble.before === "statement" &&
          trouble.number === step) ||
        (trouble.type === "postgres" && trouble.phase === "before" && trouble.step === step);
      return isHeld ? hold() : undefined;
    },
    loseAnswer(step) {
      const isLost =
        trouble.type === "postgres" && trouble.phase === "after" && trouble.step === step;
      // As node-postgres says it.
      return isLost
        ? hold().then(() => new Error("Connection terminated unexpectedly"))
        : undefined;
    },
  };
}

/** Waits until the parent has done its part. */
async function held(): Promise<void> {
  tell({ type: "holding" });
  await once(process, "message");
}

function tell(message: FromChild): void {
  process.send?.(message);
}
