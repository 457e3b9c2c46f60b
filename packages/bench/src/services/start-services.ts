import { mkdtemp, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";

import { createDatabase, databaseMigrations, Migrator } from "@repo/database";
import { startLocalPostgres } from "@repo/local-services";
import { objectStoreMigrations } from "@repo/object-store/migrations";
import { S3Provider } from "@repo/s3-provider";

import { LOCAL_S3 } from "./local-s3-settings.js";
import { connectionOf } from "./s3-connection.js";
import type { S3Address, ServiceAddresses, ServiceName } from "./service-addresses.js";
import { startServiceProcess } from "./service-process.js";

export interface RunningServices {
  readonly addresses: ServiceAddresses;
  readonly stop: () => Promise<void>;
}

/**
 * Starts the servers that are needed, in processes of their own and with fresh data.
 *
 * @param external the S3 server that the environment names
 */
export async function startServices(
  needs: ReadonlySet<ServiceName>,
  external: S3Address | undefined,
): Promise<RunningServices> {
  const folder = await mkdtemp(join(tmpdir(), "bench-"));
  const closers: (() => Promise<void>)[] = [
    () => rm(folder, { recursive: true, force: true, maxRetries: 3 }),
  ];
  const closeAll = async (): Promise<void> => {
    const failures: unknown[] = [];
    // The folder is removed last, whatever failed before.
    for (const close of closers.reverse()) {
      await close().catch((error: unknown) => failures.push(error));
    }
    if (failures.length > 0) throw failures[0];
  };
  // Whoever asks again, as when a signal comes, has to wait until all is closed.
  let stopping: Promise<void> | undefined;
  const stop = (): Promise<void> => (stopping ??= closeAll());
  try {
    const s3: { -readonly [Name in keyof ServiceAddresses["s3"]]: S3Address } = {};
    let databaseUrl: string | undefined;
    if (needs.has("postgres")) {
      const postgres = await startLocalPostgres({ dataDir: folder, durable: true });
      closers.push(() => postgres.stop());
      databaseUrl = await postgres.createDatabase("bench");
      await migrate(databaseUrl);
    }
    if (needs.has("sink")) {
      const { endpoint, stop } = await startServiceProcess("sink-process.js");
      closers.push(stop);
      s3.sink = { ...LOCAL_S3, endpoint };
    }
    if (needs.has("local-s3")) {
      const dataDir = join(folder, "s3");
      const { endpoint, stop } = await startServiceProcess("local-s3-process.js", [dataDir]);
      closers.push(stop);
      s3["local-s3"] = { ...LOCAL_S3, endpoint };
    }
    if (needs.has("external") && external !== undefined) {
      await ensureBucket(external);
      s3.external = external;
    }
    return { addresses: { databaseUrl, s3 }, stop };
  } catch (error) {
    await stop();
    throw error;
  }
}

async function migrate(url: string): Promise<void> {
  const database = createDatabase({ url });
  const migrations = [...databaseMigrations, ...objectStoreMigrations()];
  await new Migrator({ database, migrations }).up();
  await database.close();
}

async function ensureBucket(address: S3Address): Promise<void> {
  const s3 = new S3Provider({ bucket: address.bucket, client: connectionOf(address) });
  try {
    await s3.ensureBucket();
  } finally {
    s3.destroy();
  }
}
