import { UsageError } from "@repo/command-line/usage-error";
import { createDatabase, type MigratorOptions } from "@repo/database";
import type { MaintenanceOptions } from "@repo/object-store/maintenance";
import type { S3ProviderOptions } from "@repo/s3-provider";

import type { Work } from "../cli/command.js";
import type { Surroundings } from "../cli/surroundings.js";
import { Printer } from "../output/printer.js";
import { bucketSettings } from "../settings/bucket.js";
import {
  databasePooler,
  databaseUrl,
  eventsOf,
  historyTable,
  leaseSecondsOf,
} from "../settings/database.js";
import { layoutOf } from "../settings/layout.js";
import { ownerIdOf } from "../settings/owner-id.js";
import { variantsOf } from "../settings/variants.js";
import { audit } from "./audit.js";
import { erase } from "./erase.js";
import { events } from "./events.js";
import { makeVariants } from "./make-variants.js";
import { migrate } from "./migrate.js";
import { migrateSql } from "./migrate-sql.js";
import { strip } from "./strip.js";
import { sweep } from "./sweep.js";
import type { Tools } from "./tools.js";
import { recount } from "./recount.js";
import { usage } from "./usage.js";
import { verify } from "./verify.js";

/** Connects, does what was asked for, and gives the exit code. */
export async function perform(command: Work, surroundings: Surroundings): Promise<number> {
  const { env: environment, stdout, stderr, canAsk, signal } = surroundings;
  const printer = new Printer(stdout, stderr, command.json, command.quiet);
  const { tables, migrations } = layoutOf(environment);
  if (command.name === "migrate" && command.direction === "sql") {
    return migrateSql(command, migrations, printer);
  }
  const url = databaseUrl(environment);
  const pooler = databasePooler(environment);
  const leaseSeconds = leaseSecondsOf(environment);
  // Before anything connects: half a configuration shall change nothing.
  const work =
    command.name === "migrate"
      ? migration(command, { migrations, historyTable: historyTable(environment) }, printer)
      : maintenanceOf(
          command,
          {
            ...tables,
            ...variantsOf(environment),
            events: eventsOf(environment),
            ...(leaseSeconds !== undefined && { leaseSeconds }),
          },
          await bucketSettings(environment),
          { printer, canAsk, signal },
        );
  const database = createDatabase({ url, applicationName: "object-store-admin", pooler });
  try {
    return await work(database);
  } finally {
    await database.close();
  }
}

type DatabaseWork = (database: ReturnType<typeof createDatabase>) => Promise<number>;

function migration(
  command: Parameters<typeof migrate>[0],
  options: Pick<MigratorOptions, "migrations" | "historyTable">,
  printer: Printer,
): DatabaseWork {
  return (database) => migrate(command, { database, ...options }, printer);
}

function maintenanceOf(
  command: Exclude<Work, { name: "migrate" }>,
  options: Omit<MaintenanceOptions, "database" | "s3">,
  bucket: S3ProviderOptions,
  tools: Pick<Tools, "printer" | "canAsk" | "signal">,
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
        tools.printer.warning(`${message} ${JSON.stringify(facts)}`);
      },
    };
    const maintenance = objectStoreMaintenance({ ...options, database, s3, logger });
    const ownerId: Tools["ownerId"] = (text) => ownerIdOf(text, options.owner?.type);
    try {
      return await performOnFiles(command, { maintenance, ownerId, ...tools });
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
    case "make-variants":
      return makeVariants(command, tools);
    case "strip":
      return strip(command, tools);
    case "usage":
      return usage(command, tools);
    case "recount":
      return recount(command, tools);
    case "events":
      return events(command, tools);
    case "erase":
      return erase(command, tools);
  }
}
