import { readdir, rm, rmdir } from "node:fs/promises";
import { join } from "node:path";

import {
  DataDirInUseError,
  LocalServicesError,
  startLocalPostgres,
  UnusableDataDirError,
} from "@repo/local-services";

import type { ResetCommand } from "./cli/command.js";
import type { Surroundings } from "./cli/surroundings.js";
import { ExitCode } from "@repo/command-line/exit-code";
import { UsageError } from "@repo/command-line/usage-error";
import type { Configuration } from "./configuration.js";
import { createReporter } from "./reporting/create-reporter.js";
import { Tally } from "./reporting/tally.js";
import { statIfExists } from "./stat-if-exists.js";

/** What the embedded services keep in their data folder; anything else there is not touched. */
const EMBEDDED_DATA = ["postgres", "s3", "s3-credentials.json"] as const;

/**
 * Removes the data of the embedded services.
 *
 * @throws UsageError with external services, or when the folder is none or another's
 * @throws DataDirInUseError while another process runs on the data
 * @throws UnusableDataDirError when nothing can be changed there
 */
export async function reset(
  { dataDir, json }: ResetCommand,
  configuration: Configuration,
  outputs: Pick<Surroundings, "stdout" | "stderr">,
): Promise<number> {
  if (configuration.kind === "external") {
    throw new UsageError(
      "--reset removes the data of the embedded services only, but DATABASE_URL and S3_ENDPOINT " +
        "name your own. Unset them to reset the embedded ones.",
    );
  }
  const reporter = createReporter(json, outputs);
  const tally = new Tally();
  reporter.note(await removeData(dataDir));
  if (json) reporter.end(tally.summary(), []);
  return ExitCode.ok;
}

/** Gives what became of it. */
async function removeData(dataDir: string): Promise<string> {
  const found = await statIfExists(dataDir);
  if (found === undefined) return `There is no folder ${dataDir}; nothing was removed.`;
  if (!found.isDirectory()) {
    throw new UsageError(`--data takes a folder, but ${dataDir} is none; nothing was removed.`);
  }
  await refuseForeignData(dataDir);
  await claim(dataDir);
  for (const name of EMBEDDED_DATA) {
    await rm(join(dataDir, name), { recursive: true, force: true });
  }
  return (await removeIfEmpty(dataDir))
    ? `${dataDir} is removed.`
    : `The services' data in ${dataDir} is removed; other files there were left alone.`;
}

/** @throws UsageError when folders of these names hold something else than the services' data */
async function refuseForeignData(dataDir: string): Promise<void> {
  const exists = async (...path: string[]): Promise<boolean> =>
    (await statIfExists(join(dataDir, ...path))) !== undefined;
  const isForeign =
    ((await exists("postgres")) && !(await exists("postgres", "cluster"))) ||
    ((await exists("s3")) && !(await exists("s3-credentials.json")));
  if (isForeign) {
    throw new UsageError(
      `${dataDir} holds folders named postgres or s3 that the embedded services did not make; ` +
        "nothing was removed.",
    );
  }
}

/**
 * A server that starts proves that no other one runs there. Data so broken that none starts is
 * what a reset is for.
 */
async function claim(dataDir: string): Promise<void> {
  if ((await statIfExists(join(dataDir, "postgres"))) === undefined) return;
  try {
    const postgres = await startLocalPostgres({ dataDir });
    await postgres.stop();
  } catch (error) {
    const isBroken =
      error instanceof LocalServicesError &&
      !(error instanceof DataDirInUseError || error instanceof UnusableDataDirError);
    if (!isBroken) throw error;
  }
}

/** Gives false for a folder that holds other files. */
async function removeIfEmpty(folder: string): Promise<boolean> {
  if ((await statIfExists(folder)) === undefined) return true;
  if ((await readdir(folder)).length > 0) return false;
  await rmdir(folder);
  return true;
}
