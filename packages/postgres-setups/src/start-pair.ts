import { execFile } from "node:child_process";
import { appendFile, writeFile } from "node:fs/promises";
import { join } from "node:path";
import { promisify } from "node:util";

import { type LocalPostgres, startLocalPostgres } from "@repo/local-services";

import type { Endings } from "./endings.js";
import { query } from "./query.js";
import { waitUntil } from "./wait-until.js";

/** A primary, and a hot standby that streams from it. */
export interface Pair {
  readonly primary: LocalPostgres;
  readonly replica: LocalPostgres;
}

/** Within a folder of local-services. */
const DATA = join("postgres", "cluster", "data");

/**
 * The standby is a copy of the primary's files, made while it was stopped: the binaries come without
 * pg_basebackup. Settings and access rules of a new cluster allow streaming as they are.
 *
 * @param replayDelay an interval as PostgreSQL writes it in settings, such as "2s"
 */
export async function startPair(
  folder: string,
  replayDelay: string,
  endings: Endings,
): Promise<Pair> {
  const primaryDir = join(folder, "primary");
  const replicaDir = join(folder, "replica");
  const start = async (dataDir: string): Promise<LocalPostgres> => {
    const server = await startLocalPostgres({ dataDir, durable: false });
    endings.defer(() => server.stop("immediate"));
    return server;
  };

  const original = await start(primaryDir);
  await original.stop();
  // As root, the files belong to another account, which Node's own copy would not keep.
  await promisify(execFile)("cp", ["-Rp", primaryDir, replicaDir]);
  // On the primary alone: a promoted replica would wait for a standby that it does not have.
  await configure(primaryDir, { synchronous_standby_names: "*" });
  const primary = await start(primaryDir);
  await configure(replicaDir, {
    primary_conninfo: primary.url,
    recovery_min_apply_delay: replayDelay,
  });
  await writeFile(join(replicaDir, DATA, "standby.signal"), "");
  const replica = await start(replicaDir);
  await waitUntil("the replica streams", async () => {
    const rows = await query(
      primary.url,
      "SELECT FROM pg_stat_replication WHERE state = 'streaming'",
    );
    return rows.length > 0;
  });
  return { primary, replica };
}

async function configure(folder: string, settings: Record<string, string>): Promise<void> {
  const lines = Object.entries(settings).map(
    ([name, value]) => `${name} = '${value.replaceAll("'", "''")}'\n`,
  );
  await appendFile(join(folder, DATA, "postgresql.auto.conf"), lines.join(""));
}
