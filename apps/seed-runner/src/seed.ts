import { once } from "node:events";

import type { SeedCommand } from "./cli/command.js";
import type { Surroundings } from "./cli/surroundings.js";
import { ExitCode } from "@repo/command-line/exit-code";
import type { Configuration } from "./configuration.js";
import { drawSound } from "./contact-sheet/sound/draw-sound.js";
import { findReportTarget } from "./contact-sheet/report-target.js";
import { thumbnailsIn } from "./contact-sheet/thumbnails.js";
import { writeContactSheet } from "./contact-sheet/write-contact-sheet.js";
import { forEachParallel } from "./importing/for-each-parallel.js";
import { importFile } from "./importing/import-file.js";
import { ImportLog } from "./importing/import-log.js";
import { createReporter } from "./reporting/create-reporter.js";
import type { FileEvent } from "./reporting/events.js";
import type { Reporter } from "./reporting/reporter.js";
import { Tally } from "./reporting/tally.js";
import { type Services, startServices } from "./services.js";
import { findFiles, type Problem } from "./sources/find-files.js";
import type { Source } from "./sources/source.js";
import { ensureSampleUsers, findOwner } from "./users.js";

const HOUR = 3600;
/** The longest that S3 signs for. */
const WEEK = 7 * 24 * HOUR;

/** A file to import, or the reason why it cannot be. */
type Entry = Source & { problem?: Problem | undefined };

/** Stores, proves and reports; gives the exit code. */
export async function seed(
  command: SeedCommand,
  configuration: Configuration,
  surroundings: Pick<Surroundings, "stdout" | "stderr" | "signal">,
): Promise<number> {
  const { dataDir, concurrency, report, serve } = command;
  const { signal } = surroundings;
  const target = report === undefined ? undefined : await findReportTarget(report);
  const reporter = createReporter(command.json, surroundings);
  const note = (message: string): void => {
    reporter.note(message);
  };
  const tally = new Tally();

  note(
    configuration.kind === "embedded"
      ? `Starting PostgreSQL and S3 with data in ${dataDir}`
      : "Using the PostgreSQL and S3 of the environment",
  );
  const urlExpiresIn = serve ? WEEK : HOUR;
  const services = await startServices({
    configuration,
    dataDir,
    concurrency,
    urlExpiresIn,
    warn: note,
  });
  try {
    const entries = await Promise.race([findEntries(command, note), nothingOnceAborted(signal)]);
    const events = await importAll(entries, { services, concurrency, signal, reporter, tally });
    const summary = tally.summary();
    reporter.end(summary, events);
    if (target !== undefined && !signal.aborted) {
      const findThumbnail = thumbnailsIn(services.store);
      const sheet = { events, summary, linkUrls: serve, findThumbnail, drawSound, signal };
      await writeContactSheet(target, sheet);
      note(`The contact sheet is ${target}`);
    }
    if (serve && !signal.aborted) {
      await keepServing(configuration, { note, signal });
    }
    return summary.failed > 0 ? ExitCode.failure : ExitCode.ok;
  } finally {
    await services.stop();
  }
}

/** Making samples and walking folders take no signal: an interrupted run does not wait for them. */
async function nothingOnceAborted(signal: AbortSignal): Promise<Entry[]> {
  if (!signal.aborted) await once(signal, "abort");
  return [];
}

async function findEntries(
  { from, owner: choice }: SeedCommand,
  note: (message: string) => void,
): Promise<Entry[]> {
  if (from.length === 0) {
    // With its encoders, which take a while to load.
    const { sampleSources } = await import("./sources/samples.js");
    return sampleSources(await ensureSampleUsers());
  }
  const owner = await findOwner(choice);
  const findings = await findFiles(from, note);
  if (findings.length === 0) note("There are no files to import.");
  return findings.map(({ path, problem }) => ({ path, owner, body: { path }, problem }));
}

/** Gives the events in the order of the entries. */
async function importAll(
  entries: readonly Entry[],
  run: {
    services: Services;
    concurrency: number;
    signal: AbortSignal;
    reporter: Reporter;
    tally: Tally;
  },
): Promise<FileEvent[]> {
  const { services, signal, reporter, tally } = run;
  const { database, store } = services;
  const importer = { database, store, log: new ImportLog(database), signal };
  const events: (FileEvent | undefined)[] = [];
  reporter.begin(entries.length);
  await forEachParallel(entries, run, async (entry, position) => {
    const { path, owner, problem } = entry;
    const event =
      problem === undefined
        ? await importFile(entry, importer)
        : { path, owner: owner.name, ...problem, seconds: 0 };
    events[position] = event;
    if (event === undefined) return;
    tally.add(event);
    reporter.file(event);
  });
  return events.filter((event) => event !== undefined);
}

async function keepServing(
  { kind }: Configuration,
  { note, signal }: { note: (message: string) => void; signal: AbortSignal },
): Promise<void> {
  if (kind === "external") {
    note("--serve has nothing to keep up: the services are yours. The URLs work for 7 days.");
    return;
  }
  note("The URLs work until you press Ctrl-C.");
  await once(signal, "abort");
}
