import { createDatabase } from "@repo/database";

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
  // Before anything connects: half a configuration shall change nothing.
  const bucket = needsBucket(command) ? bucketSettings(environment) : undefined;
  const owner = command.name === "migrate" ? ownerTable(environment) : undefined;

  const pooler = databasePooler(environment);
  const applicationName = "object-store-admin";
  const database = createDatabase({ url, applicationName, pooler });
  try {
    if (command.name === "migrate") return await migrate(command, { database, owner, printer });
    const [{ objectStoreMaintenance }, { S3Provider }] = await Promise.all([
      import("@repo/object-store/maintenance"),
      import("@repo/s3-provider"),
    ]);
    const s3 = new S3Provider(bucket ?? UNUSED_BUCKET);
    const logger = {
      warn: (message: string, facts: Readonly<Record<string, unknown>>) => {
        printer.note(`${message} ${JSON.stringify(facts)}`);
      },
    };
    const maintenance = objectStoreMaintenance({ database, s3, logger });
    try {
      return await performOnFiles(command, { maintenance, printer, signal });
    } finally {
      s3.destroy();
    }
  } finally {
    await database.close();
  }
}

/** Counting files asks PostgreSQL alone. */
function needsBucket({ name }: Work): boolean {
  return name !== "migrate" && name !== "usage";
}

const UNUSED_BUCKET = {
  bucket: "unused",
  client: {
    region: "us-east-1",
    credentials: { accessKeyId: "unused", secretAccessKey: "unused" },
  },
};

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
