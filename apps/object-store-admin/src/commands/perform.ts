import { UsageError } from "@repo/command-line/usage-error";
import { createDatabase } from "@repo/database";
import type { S3ProviderOptions } from "@repo/s3-provider";

import type { Work } from "../cli/command.js";
import { bucketSettings, databasePooler, databaseUrl, ownerTable } from "../configuration.js";
import { Printer } from "../output/printer.js";
import { audit } from "./audit.js";
import { erase } from "./erase.js";
import { migrate } from "./migrate.js";
import { sweep } from "./sweep.js";
import type { Tools } from "./tools.js";
import { usage } from "./usage.js";
import { verify } from "./verify.js";

type Environment = Readonly<Record<string, string | undefined>>;

/** Connects, does what was asked for, and gives the exit code. */
export async function perform(
  command: Work,
  environment: Environment,
  signal: AbortSignal,
): Promise<number> {
  const printer = new Printer(process.stdout, process.stderr, command.json);
  const url = databaseUrl(environment);
  const pooler = databasePooler(environment);
  // Before anything connects: half a configuration shall change nothing.
  const work =
    command.name === "migrate"
      ? migration(command, ownerTable(environment), printer)
      : maintenanceOf(command, bucketSettings(environment), { printer, signal });
  const database = createDatabase({ url, applicationName: "object-store-admin", pooler });
  try {
    return await work(database);
  } finally {
    await database.close();
  }
}

type DatabaseWork = (database: ReturnType<typeof createDatabase>) => Promise<number>;

function migration(
  command: Extract<Work, { name: "migrate" }>,
  owner: ReturnType<typeof ownerTable>,
  printer: Printer,
): DatabaseWork {
  return (database) => migrate(command, { database, owner, printer });
}

function maintenanceOf(
  command: Exclude<Work, { name: "migrate" }>,
  bucket: S3ProviderOptions,
  tools: Pick<Tools, "printer" | "signal">,
): DatabaseWork {
  return async (database) => {
    const [{ objectStoreMaintenance }, { S3InvalidRequestError, S3Provider }] = await Promise.all([
      import("@repo/object-store/maintenance"),
      import("@repo/s3-provider"),
    ]);
    const s3 = (() => {
      try {
        return new S3Provider(bucket);
      } catch (error) {
        if (!(error instanceof S3InvalidRequestError)) throw error;
        throw new UsageError(`S3_BUCKET or S3_REQUESTS is wrong. ${error.message}`);
      }
    })();
    const logger = {
      warn: (message: string, facts: Readonly<Record<string, unknown>>) => {
        tools.printer.note(`${message} ${JSON.stringify(facts)}`);
      },
    };
    const maintenance = objectStoreMaintenance({ database, s3, logger });
    try {
      return await performOnFiles(command, { maintenance, ...tools });
    } finally {
      s3.destroy();
    }
  };
}

function performOnFiles(
  command: Exclude<Work, { name: "migrate" }>,
  tools: Tools,
): Promise<number> {
  switch (command.name) {
    case "sweep":
      return sweep(command, tools);
    case "audit":
      return audit(command, tools);
    case "verify":
      return verify(command, tools);
    case "usage":
      return usage(command, tools);
    case "erase":
      return erase(command, tools);
  }
}
